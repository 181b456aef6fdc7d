using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Keys;

/// <summary>The locations that this deployment serves; every caller may know them.</summary>
public sealed record ListLocations(ProjectId Project) : IOperation<IReadOnlyList<LocationName>>
{
    Verb IOperation<IReadOnlyList<LocationName>>.Verb { get; } = new("list_locations", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<LocationName>>.Demand => Demand.None(Project.FullName);

    void IOperation<IReadOnlyList<LocationName>>.Describe(RecordDraft draft) => draft.Resource = Project.FullName;

    ValueTask<Outcome<IReadOnlyList<LocationName>>> IOperation<IReadOnlyList<LocationName>>.RunAsync(Passage passage) =>
        new(passage.Settings.Locations.Select(Name).ToArray());

    private LocationName Name(string location) =>
        LocationId.TryParse(location, out var id) ? new LocationName(Project, id) : throw new FormatException(location);
}

public sealed record GetLocation(LocationName Name) : IOperation<LocationName>
{
    Verb IOperation<LocationName>.Verb { get; } = new("get_location", OperationClass.AdminRead);

    Demand IOperation<LocationName>.Demand => Demand.None(Name.ToString());

    void IOperation<LocationName>.Describe(RecordDraft draft) => draft.Resource = Name.ToString();

    ValueTask<Outcome<LocationName>> IOperation<LocationName>.RunAsync(Passage passage) => new(
        passage.Settings.Locations.Contains(Name.Location.Value) ? Name : KeyRefusals.NotFound(Name));
}
