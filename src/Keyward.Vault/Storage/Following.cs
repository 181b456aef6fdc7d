using Keyward.Vault.Keys;
using Keyward.Vault.Keystores;

namespace Keyward.Vault.Storage;

/// <summary>Brings a node's state up to changes that other nodes made: each entry of the feed follows the one before,
/// every row's seal holds, and the sum is the one that the counter's row seals.</summary>
internal static class Following
{
    /// <summary>The state after these entries. Throws <see cref="FeedBrokenException"/> where they do not
    /// fit.</summary>
    public static Snapshot Apply(
        Snapshot snapshot, IReadOnlyList<FeedEntry> entries, Counter counter, OpenedVault vault)
    {
        if (entries.Count == 0) return snapshot;
        vault.Operations.Note(entries);
        var sum = new byte[StateSum.SizeBytes];
        if (!vault.Hierarchy.TryOpenStateSum(counter.Seq, counter.SealedSum, sum)) throw new FeedBrokenException();
        var next = snapshot;
        foreach (var entry in entries)
        {
            if (entry.Seq != next.Seq + 1) throw new FeedBrokenException();
            foreach (var row in entry.Rows)
                if (!SnapshotLoader.SealHolds(row, vault.Hierarchy)) throw new FeedBrokenException();
            Adopt(entry.Rows, vault.Hierarchy);
            next = next.With(entry.Rows) with { Seq = entry.Seq };
        }

        return next.Seq == counter.Seq ? next with { Sum = StateSum.Parse(sum) } : throw new FeedBrokenException();
    }

    /// <summary>Takes over the keys that a change brought.</summary>
    public static void Adopt(IReadOnlyList<Row> rows, IKeyHierarchy hierarchy) => Adopt(
        [.. rows.Where(r => r.Table == Tables.SealedKey).Select(SealedKeyRow.Parse)], hierarchy);

    /// <summary>The root first, since the others may be sealed by it. An old project key stays opened until the process
    /// ends: a request that began before may still need it.</summary>
    public static void Adopt(IEnumerable<SealedKeyRow> keys, IKeyHierarchy hierarchy)
    {
        var rows = keys.ToList();
        var roots = rows.Where(k => k.Key.Binding.Kind == SealKind.RootKey).ToList();
        foreach (var bridge in roots.Where(k => !k.IsErased)) hierarchy.AdoptRoot(bridge.Key);
        if (roots.Count > 0 && roots.TrueForAll(k => k.IsErased)) hierarchy.WithdrawRoot();
        foreach (var key in rows)
            if (key is { IsErased: false, Key.Binding.Kind: SealKind.ProjectKey }) hierarchy.Adopt(key.Id, key.Key);
    }

    /// <summary>Drops the opened material of versions that can no longer be used, before the change is
    /// acknowledged.</summary>
    public static void Forget(IReadOnlyList<FeedEntry> entries, OpenedVault vault)
    {
        foreach (var row in entries.SelectMany(e => e.Rows))
        {
            if (row.Table != Tables.KeyVersion) continue;
            var version = KeyVersion.Parse(row, name => vault.Snapshot.Find(name)?.Key.Id ?? Guid.Empty);
            if (version.State != VersionState.Enabled)
                vault.Keystore.Forget(version.Material.KeyId, version.Name.Number);
        }
    }
}

/// <summary>The feed does not continue what this node knows: entries are missing, altered, or of another
/// store.</summary>
internal sealed class FeedBrokenException()
    : Exception("The store's feed of changes does not fit what this node knows.");
