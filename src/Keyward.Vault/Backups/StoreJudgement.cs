using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Backups;

/// <summary>Whether a copy of a store is whole: every row's seal holds, and they add up to the state sum that was
/// sealed with the last change. So nothing in it was altered, removed, added or put back.</summary>
internal static class StoreJudgement
{
    /// <summary>The snapshot of a whole copy; else an <see cref="InvalidDataException"/> that says what is
    /// wrong.</summary>
    public static Snapshot Demand(StoreCopy copy, IKeyHierarchy hierarchy)
    {
        var (snapshot, broken) = SnapshotLoader.Load(copy.State, hierarchy);
        if (broken.Count > 0)
            throw new InvalidDataException($"{broken.Count} rows were altered outside Keyward, " +
                $"{SnapshotLoader.NameOf(broken[0])} among them.");
        var sum = new byte[StateSum.SizeBytes];
        if (!hierarchy.TryOpenStateSum(copy.Counter.Seq, copy.Counter.SealedSum, sum)
            || snapshot.Sum != StateSum.Parse(sum))
            throw new InvalidDataException("The rows do not add up to the sealed state sum: " +
                "some were removed, added or put back outside Keyward.");
        return snapshot;
    }
}
