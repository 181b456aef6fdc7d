using System.Globalization;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Cluster;

/// <summary>A node's memory of how far the log of every node was seen, kept in its own data folder: whoever puts a log
/// back, and makes the store forget it as well, meets the other nodes, who remember. Not thread-safe.</summary>
/// <remarks>It holds against each other what the store shows at two times. That a longer log extends a shorter one is
/// checked by the log's own node at its start, and by <c>audit verify</c>.</remarks>
internal sealed class CheckpointWatch
{
    private readonly string _incarnation;
    private readonly Dictionary<string, (long Size, string Root)> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <param name="incarnation">Which store it is: a restored one may rightly know less.</param>
    /// <param name="memory">What <see cref="ToText"/> gave; null or of another store for none.</param>
    public CheckpointWatch(byte[] incarnation, string? memory)
    {
        _incarnation = Convert.ToHexString(incarnation);
        var lines = (memory ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || lines[0] != _incarnation) return;
        foreach (var line in lines.Skip(1))
            if (line.Split(' ') is [var size, var root, var origin]
                && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                _seen[origin] = (number, root);
    }

    /// <summary>Whether <see cref="ToText"/> is another than before.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Takes note of the largest checkpoint of each log that the store shows. Gives what does not fit what was
    /// seen before, one sentence each; the same is told once.</summary>
    public IReadOnlyList<(string Origin, string Sentence)> Judge(IReadOnlyList<StoredCheckpoint> shown)
    {
        var faults = new List<(string, string)>();
        var origins = shown.Select(c => c.Origin).ToHashSet(StringComparer.Ordinal);
        foreach (var (origin, seen) in _seen)
            if (!origins.Contains(origin))
                Tell(origin, $"the store knows nothing of it any more; {seen.Size} records were seen");
        foreach (var checkpoint in shown)
            if (!SignedCheckpoint.TryParse(checkpoint.Note, out var signed)
                || signed.Checkpoint.Origin != checkpoint.Origin || signed.Checkpoint.Size != checkpoint.Size)
                Tell(checkpoint.Origin, "its checkpoint in the store was altered");
            else Follow(checkpoint.Origin, checkpoint.Size, Convert.ToHexString(signed.Checkpoint.Root.AsSpan()));
        return faults;

        void Tell(string origin, string sentence)
        {
            if (_told.Add(origin + " " + sentence)) faults.Add((origin, sentence));
        }

        void Follow(string origin, long size, string root)
        {
            var isKnown = _seen.TryGetValue(origin, out var seen);
            if (isKnown && size < seen.Size)
                Tell(origin, $"the store shows {size} records of it, {seen.Size} were seen: it went back");
            else if (isKnown && size == seen.Size && root != seen.Root)
                Tell(origin, $"its first {size} records are not those that were seen: it was exchanged");
            else if (!isKnown || size > seen.Size)
                (_seen[origin], HasChanged) = ((size, root), true);
        }
    }

    public string ToText()
    {
        HasChanged = false;
        var lines = _seen.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => string.Create(
            CultureInfo.InvariantCulture, $"{s.Value.Size} {s.Value.Root} {s.Key}"));
        return string.Join('\n', lines.Prepend(_incarnation)) + "\n";
    }
}
