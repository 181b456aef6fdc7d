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
        var sum = new byte[StateSum.SizeBytes];
        if (!vault.Hierarchy.TryOpenStateSum(counter.Seq, counter.SealedSum, sum)) throw new FeedBrokenException();
        var next = snapshot;
        foreach (var entry in entries)
        {
            if (entry.Seq != next.Seq + 1) throw new FeedBrokenException();
            foreach (var row in entry.Rows)
            {
                if (!SnapshotLoader.SealHolds(row, vault.Hierarchy)) throw new FeedBrokenException();
                if (row.Table != Tables.SealedKey) continue;
                var key = SealedKeyRow.Parse(row);
                if (key.Key.Binding.Kind == SealKind.ProjectKey) vault.Hierarchy.Adopt(key.Id, key.Key);
            }

            next = next.With(entry.Rows) with { Seq = entry.Seq };
        }

        return next.Seq == counter.Seq ? next with { Sum = StateSum.Parse(sum) } : throw new FeedBrokenException();
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
