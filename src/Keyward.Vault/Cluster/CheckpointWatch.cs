using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Cluster;

/// <summary>Holds what the store shows of the logs against what this node saw of them before: whoever puts a log back,
/// and makes the store forget it as well, meets the other nodes, who remember. Not thread-safe.</summary>
/// <remarks>It sees checkpoints alone. That a longer log extends a shorter one is what <see cref="PeerWitness"/> is
/// shown.</remarks>
internal sealed class CheckpointWatch(LogMemory memory, Func<string, IReadOnlyList<VerifierKey>> keysOf,
    SignatureCheck check)
{
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Takes note of the largest checkpoint of each log that the store shows. Gives what does not fit what was
    /// seen before, one sentence each; the same is told once.</summary>
    public IReadOnlyList<(string Origin, string Sentence)> Judge(IReadOnlyList<StoredCheckpoint> shown)
    {
        var faults = new List<(string, string)>();
        var origins = shown.Select(c => c.Origin).ToHashSet(StringComparer.Ordinal);
        foreach (var (origin, seen) in memory.Logs)
            if (!origins.Contains(origin))
                Tell(origin, $"the store knows nothing of it any more; {seen.Size} records were seen");
        foreach (var checkpoint in shown)
        {
            // The log of a node that has just joined: its key comes with the next changes.
            if (keysOf(checkpoint.Origin) is not { Count: > 0 } keys) continue;
            if (!SignedCheckpoint.TryParse(checkpoint.Note, out var signed)
                || signed.Checkpoint.Origin != checkpoint.Origin || signed.Checkpoint.Size != checkpoint.Size
                || signed.WhyNot(keys, check) is not null)
                Tell(checkpoint.Origin, "its checkpoint in the store was altered");
            else if (WhyNot(signed.Checkpoint) is { } fault) Tell(checkpoint.Origin, fault);
        }

        return faults;

        void Tell(string origin, string sentence)
        {
            if (_told.Add(origin + " " + sentence)) faults.Add((origin, sentence));
        }
    }

    private string? WhyNot(Checkpoint shown)
    {
        var seen = memory.Of(shown.Origin);
        if (shown.Size < seen?.Size)
            return $"the store shows {shown.Size} records of it, {seen.Value.Size} were seen: it went back";
        if (shown.Size == seen?.Size)
            return Convert.ToHexString(shown.Root) == seen.Value.Root
                ? null : $"its first {shown.Size} records are not those that were seen: it was exchanged";
        memory.Keep(shown.Origin, shown.Size, shown.Root);
        return null;
    }
}
