using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>What deleted keys have left behind, in one location.</summary>
public sealed record ListRetired(LocationName Parent, PageRequest<Key> Page) : IOperation<Page<Key>>
{
    Verb IOperation<Page<Key>>.Verb { get; } = new("list_retired", OperationClass.AdminRead);

    Demand IOperation<Page<Key>>.Demand => Demand.On(Permission.RetiredResourcesList, Parent);

    void IOperation<Page<Key>>.Describe(RecordDraft draft)
    {
        draft.Resource = Parent + "/retiredResources";
        draft.Project = Parent.Project.Value;
    }

    ValueTask<Outcome<Page<Key>>> IOperation<Page<Key>>.RunAsync(Passage passage)
    {
        if (!passage.Settings.Locations.Contains(Parent.Location.Value))
            return new(KeyRefusals.UnknownLocation(Parent));
        if (passage.Snapshot.Find(Parent.Project) is null) return new(KeyRefusals.NotFound(Parent.Project.FullName));
        var retired = Retired.In(passage.Snapshot, Parent).OrderBy(Retired.IdOf, StringComparer.Ordinal).ToList();
        IEnumerable<Key> After(string? last) => last is null
            ? retired
            : retired.SkipWhile(k => string.CompareOrdinal(Retired.IdOf(k), last) <= 0);
        return new(Paging.Cut(passage, Parent + "/retiredResources", Page, After, Retired.IdOf, retired.Count));
    }
}

public sealed record GetRetired(RetiredName Name) : IOperation<Key>
{
    Verb IOperation<Key>.Verb { get; } = new("get_retired", OperationClass.AdminRead);

    Demand IOperation<Key>.Demand => Demand.On(Permission.RetiredResourcesGet, Name.Parent);

    void IOperation<Key>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Parent.Project.Value;
    }

    ValueTask<Outcome<Key>> IOperation<Key>.RunAsync(Passage passage) => new(
        Retired.In(passage.Snapshot, Name.Parent).FirstOrDefault(k => k.Id == Name.Id) is { } key
            ? key
            : KeyRefusals.NotFound(Name));
}

/// <summary>The deleted keys of a location.</summary>
internal static class Retired
{
    public static string IdOf(Key key) => key.Id.ToString("D");

    public static IEnumerable<Key> In(Snapshot snapshot, LocationName location) =>
        from ring in snapshot.Find(location.Project)?.Rings.After(RingEntry.NameOf(location.Location.Value, "")) ?? []
        where ring.Ring.Name.Parent == location
        from key in ring.Retired.After(null)
        select key;
}
