using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>The locations that this deployment serves; every caller may know them.</summary>
public sealed record ListLocations(ProjectId Project, PageRequest<LocationName> Page)
    : IOperation<Page<LocationName>>
{
    Verb IOperation<Page<LocationName>>.Verb { get; } = new("list_locations", OperationClass.AdminRead);

    Demand IOperation<Page<LocationName>>.Demand => Demand.None(Project.FullName);

    void IOperation<Page<LocationName>>.Describe(RecordDraft draft) => draft.Resource = Project.FullName;

    ValueTask<Outcome<Page<LocationName>>> IOperation<Page<LocationName>>.RunAsync(Passage passage)
    {
        var names = passage.Settings.Locations.Select(Name).ToList();
        IEnumerable<LocationName> After(string? last) =>
            names.Skip(last is null ? 0 : names.FindIndex(n => n.Location.Value == last) + 1);
        return new(Paging.Cut(
            passage, Project.FullName + "/locations", Page, After, n => n.Location.Value, names.Count));
    }

    private LocationName Name(string location) =>
        LocationId.TryParse(location, out var id) ? new LocationName(Project, id) : throw new FormatException(location);
}

public sealed record GetLocation(LocationName Name) : IOperation<LocationName>
{
    Verb IOperation<LocationName>.Verb { get; } = new("get_location", OperationClass.AdminRead);

    Demand IOperation<LocationName>.Demand => Demand.None(Name.ToString());

    void IOperation<LocationName>.Describe(RecordDraft draft) => draft.Resource = Name.ToString();

    ValueTask<Outcome<LocationName>> IOperation<LocationName>.RunAsync(Passage passage) => new(
        passage.Settings.Locations.Contains(Name.Location.Value) ? Name : KeyRefusals.UnknownLocation(Name));
}
