using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>All keys of a location, of whatever ring, for doors that know no rings. Only those are shown that the
/// caller may list.</summary>
public sealed record ListLocationKeys(LocationName Parent, PageRequest<Key> Page) : IOperation<Page<Key>>
{
    Verb IOperation<Page<Key>>.Verb { get; } = new("list_location_keys", OperationClass.AdminRead);

    Demand IOperation<Page<Key>>.Demand => Demand.On(Permission.CryptoKeysList, Parent);

    void IOperation<Page<Key>>.Describe(RecordDraft draft)
    {
        draft.Resource = Parent + "/cryptoKeys";
        draft.Project = Parent.Project.Value;
    }

    ValueTask<Outcome<Page<Key>>> IOperation<Page<Key>>.RunAsync(Passage passage) =>
        new(Paging.Cut(passage, Parent + "/cryptoKeys", Page, last => After(passage, last), NameOf, 0));

    /// <summary>Ring and key, with a blank between them: no id has one.</summary>
    private static string NameOf(Key key) => key.Name.Parent.Ring + " " + key.Name.Key;

    private IEnumerable<Key> After(Passage passage, string? last)
    {
        if (passage.Snapshot.Find(Parent.Project) is not { } project) yield break;
        var location = Parent.Location.Value;
        var parts = last?.Split(' ');
        if (parts is [var ring, var key]
            && project.Rings.Find(RingEntry.NameOf(location, ring)) is { } begun)
            foreach (var entry in begun.Keys.After(key))
                if (IsShown(entry, passage)) yield return entry.Peek().Key;
        foreach (var next in project.Rings.After(RingEntry.NameOf(location, parts?[0] ?? ""))
            .TakeWhile(r => r.Ring.Name.Parent == Parent))
            foreach (var entry in next.Keys.After(null))
                if (IsShown(entry, passage)) yield return entry.Peek().Key;
    }

    private static bool IsShown(KeyEntry entry, Passage passage) =>
        entry.Glance.StateAt(passage.Now) != KeyState.Deleted;
}
