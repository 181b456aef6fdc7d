using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Cli;

/// <summary>Finds where in a log's folder a time stands. Records stand in the order in which they were written, and
/// their times may be a little out of it: the place is early rather than late.</summary>
internal static class LogTimes
{
    /// <summary>Times are out of order by less than one bundle, which takes a second of a busy server; what is slower
    /// is in order.</summary>
    private const int Slack = 1;

    /// <summary>The index of the first record of a time or later, at most the log's size; where records were pruned,
    /// the first that is there.</summary>
    public static async ValueTask<long> FirstFromAsync(
        string folder, DateTimeOffset time, CancellationToken cancellation)
    {
        var checkpoint = Path.Combine(folder, TilePath.Checkpoint);
        if (!File.Exists(checkpoint) || !SignedCheckpoint.TryParse(await File.ReadAllBytesAsync(
            checkpoint, cancellation).ConfigureAwait(false), out var signed))
            throw new FailedException($"{folder} has no checkpoint.", "Start the server once and stop it.");
        var (reader, size) = (new TreeReader(new TreeFolder(folder)), signed.Checkpoint.Size);
        var pruned = Path.Combine(folder, Pruned.FileName);
        var first = File.Exists(pruned)
            ? Pruned.Parse(await File.ReadAllTextAsync(pruned, cancellation).ConfigureAwait(false)) : 0;
        var (low, high) = (first / TilePath.Width, (size + TilePath.Width - 1) / TilePath.Width);
        var begin = low;
        // Bundles below low begin before the time, those from high on do not.
        while (low < high)
        {
            var middle = (low + high) / 2;
            var entries = await reader.EntriesAsync(middle, size, cancellation).ConfigureAwait(false);
            if (RecordFields.TimeOf(entries[0].Span) < time) low = middle + 1;
            else high = middle;
        }

        for (var bundle = Math.Max(begin, low - 1 - Slack); bundle * TilePath.Width < size; bundle++)
        {
            var entries = await reader.EntriesAsync(bundle, size, cancellation).ConfigureAwait(false);
            var at = entries.FindIndex(e => RecordFields.TimeOf(e.Span) >= time);
            if (at >= 0) return (bundle * TilePath.Width) + at;
        }

        return size;
    }
}
