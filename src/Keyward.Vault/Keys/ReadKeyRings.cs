using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

public sealed record GetKeyRing(KeyRingName Name) : IOperation<KeyRing>
{
    Verb IOperation<KeyRing>.Verb { get; } = new("get_key_ring", OperationClass.AdminRead);

    Demand IOperation<KeyRing>.Demand => Demand.On(Permission.KeyRingsGet, Name);

    void IOperation<KeyRing>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    ValueTask<Outcome<KeyRing>> IOperation<KeyRing>.RunAsync(Passage passage) => new(
        passage.Snapshot.Find(Name) is { } entry ? entry.Ring : KeyRefusals.NotFound(Name));
}

public sealed record ListKeyRings(LocationName Parent, PageRequest<KeyRing> Page) : IOperation<Page<KeyRing>>
{
    Verb IOperation<Page<KeyRing>>.Verb { get; } = new("list_key_rings", OperationClass.AdminRead);

    Demand IOperation<Page<KeyRing>>.Demand => Demand.On(Permission.KeyRingsList, Parent);

    void IOperation<Page<KeyRing>>.Describe(RecordDraft draft)
    {
        draft.Resource = Parent + "/keyRings";
        draft.Project = Parent.Project.Value;
    }

    ValueTask<Outcome<Page<KeyRing>>> IOperation<Page<KeyRing>>.RunAsync(Passage passage)
    {
        if (!passage.Settings.Locations.Contains(Parent.Location.Value)) return new(KeyRefusals.UnknownLocation(
            Parent));
        if (passage.Snapshot.Find(Parent.Project) is not { } project)
            return new(KeyRefusals.NotFound(Parent.Project.FullName));
        var location = Parent.Location.Value;
        IEnumerable<KeyRing> After(string? last) => project.Rings.After(RingEntry.NameOf(location, last ?? ""))
            .TakeWhile(r => r.Ring.Name.Parent.Location.Value == location).Select(r => r.Ring);
        return new(Paging.Cut(passage, Parent + "/keyRings", Page, After, r => r.Name.Ring, After(null).Count()));
    }
}
