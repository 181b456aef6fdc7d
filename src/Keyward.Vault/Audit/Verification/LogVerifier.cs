using System.Globalization;
using System.Text;
using Keyward.Vault.Audit.Keeping;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Vault.Audit.Verification;

/// <summary>Checks a whole log without server and store, by its verifier keys alone.</summary>
public sealed class LogVerifier(IReadOnlyList<VerifierKey> keys, SignatureCheck check)
{
    /// <summary>Called with the number of records that were checked.</summary>
    public Action<long>? Progress { get; init; }

    /// <summary>Older checkpoints that the logs must extend.</summary>
    public IReadOnlyList<SignedCheckpoint> Since { get; init; } = [];

    /// <summary>Where records before an index were pruned; what the log itself says of it counts if it is
    /// more.</summary>
    public long MinimumIndex { get; init; }

    /// <summary>How a folder is read whose files are not in clear.</summary>
    public Func<string, ITreeSource>? Source { get; init; }

    /// <summary>The folder is where a node writes this log. Records are acknowledged once they are in the journal,
    /// before a checkpoint covers them: where it is gone nobody can tell whether the log ended where its checkpoint
    /// does.</summary>
    public bool NeedsJournal { get; init; }

    /// <summary>Checks a log in a folder: its tree, files that lie about, and its journal if it has one.</summary>
    public async Task<LogReport> VerifyFolderAsync(string folder, string? origin, CancellationToken cancellation)
    {
        var faults = new FaultList();
        var report = await VerifyAsync(Source?.Invoke(folder) ?? new TreeFolder(folder), origin, faults, cancellation)
            .ConfigureAwait(false);
        var size = report.Size ?? 0;
        var strays = new StrayCheck(folder, size, report.MinimumIndex, faults);
        await strays.RunAsync(cancellation).ConfigureAwait(false);
        var journal = Path.Combine(folder, "journal");
        if (!Directory.Exists(journal))
        {
            if (NeedsJournal)
                faults.Add("journal", size, "The journal is missing. Records that followed those under the " +
                    "checkpoint, if there were any, stood in it alone; the node does not start without it.");
            return report with { Faults = faults.Faults, Beyond = strays.Beyond };
        }

        var journalCheck = new JournalCheck(journal, report.Origin, faults);
        await journalCheck.RunAsync(new TreeReader(new TreeFolder(folder)), size, cancellation).ConfigureAwait(false);
        strays.HoldAgainst(Math.Max(size, journalCheck.End));
        return report with
        {
            Faults = faults.Faults, Uncovered = Math.Max(0, journalCheck.End - size),
            UncoveredTimes = journalCheck.UncoveredTimes,
        };
    }

    /// <summary>Checks a tree, wherever it lies.</summary>
    /// <param name="origin">The log that it is said to be, where that is known.</param>
    public async Task<LogReport> VerifyAsync(ITreeSource source, string? origin, CancellationToken cancellation)
    {
        var faults = new FaultList();
        return await VerifyAsync(source, origin, faults, cancellation).ConfigureAwait(false);
    }

    private async Task<LogReport> VerifyAsync(
        ITreeSource source, string? origin, FaultList faults, CancellationToken cancellation)
    {
        if (await source.ReadAsync(TilePath.Checkpoint, cancellation).ConfigureAwait(false) is not { } bytes)
        {
            faults.Add(TilePath.Checkpoint, null, "The file is missing: the log has no signed end.");
            return new LogReport { Origin = origin ?? "unknown", Faults = faults.Faults };
        }

        if (!SignedCheckpoint.TryParse(bytes, out var signed))
        {
            faults.Add(TilePath.Checkpoint, null, "The file is not a signed checkpoint.");
            return new LogReport { Origin = origin ?? "unknown", Faults = faults.Faults };
        }

        var checkpoint = signed.Checkpoint;
        if (origin is not null && checkpoint.Origin != origin)
            faults.Add(TilePath.Checkpoint, null,
                $"The checkpoint is of the log {checkpoint.Origin}, not of {origin}.");
        if (signed.WhyNot(keys, check) is { } why)
            faults.Add(TilePath.Checkpoint, null, $"The checkpoint does not count: {why}.");
        var minimum = Math.Max(MinimumIndex, await PrunedAsync(source, cancellation).ConfigureAwait(false));
        if (minimum > checkpoint.Size)
        {
            faults.Add(Pruned.FileName, null, $"More is said to be pruned ({minimum}) than the log has.");
            minimum = 0;
        }

        var cosigned = await CosignedAsync(source, checkpoint, faults, cancellation).ConfigureAwait(false);
        if (await source.ReadAsync(LogArchive.FileName, cancellation).ConfigureAwait(false) is { } archived)
        {
            var to = Pruned.Parse(Encoding.UTF8.GetString(archived));
            var archive = new ArchiveCheck(source, checkpoint, minimum, to, faults);
            await archive.RunAsync(SinceOf(checkpoint, minimum, faults), cancellation).ConfigureAwait(false);
            return new LogReport
            {
                Origin = checkpoint.Origin, Size = checkpoint.Size, Root = checkpoint.Root, MinimumIndex = minimum,
                FirstTime = archive.FirstTime, LastTime = archive.LastTime, ArchivedTo = to,
                Witnesses = WitnessesOf(signed, faults), Faults = faults.Faults,
            };
        }

        var tree = new TreeCheck(source, checkpoint, minimum, faults)
        {
            Progress = Progress,
            Since = [.. SinceOf(checkpoint, minimum, faults), .. cosigned is null ? [] : new[] { cosigned.Checkpoint }],
        };
        await tree.RunAsync(cancellation).ConfigureAwait(false);
        return new LogReport
        {
            Origin = checkpoint.Origin, Size = checkpoint.Size, Root = checkpoint.Root, FirstTime = tree.FirstTime,
            LastTime = tree.LastTime, MinimumIndex = minimum, Witnesses = [.. WitnessesOf(signed, faults)
                .Union(cosigned is null ? [] : WitnessesOf(cosigned, faults))],
            Faults = faults.Faults,
        };
    }

    /// <summary>The checkpoint that lies beside the newest, if witnesses vouched for one.</summary>
    private async ValueTask<SignedCheckpoint?> CosignedAsync(
        ITreeSource source, Checkpoint now, FaultList faults, CancellationToken cancellation)
    {
        if (await source.ReadAsync(Cosigned.FileName, cancellation).ConfigureAwait(false) is not { } bytes) return null;
        if (!SignedCheckpoint.TryParse(bytes, out var cosigned))
            faults.Add(Cosigned.FileName, null, "The file is not a signed checkpoint.");
        else if (cosigned.Checkpoint.Origin != now.Origin || cosigned.WhyNot(keys, check) is not null)
            faults.Add(Cosigned.FileName, null, "The checkpoint that was cosigned is not this log's.");
        else if (cosigned.Checkpoint.Size > now.Size)
            faults.Add(Cosigned.FileName, now.Size, "A larger log was cosigned: this one was rolled back.");
        else return cosigned;
        return null;
    }

    private IEnumerable<Checkpoint> SinceOf(Checkpoint now, long minimum, FaultList faults) =>
        Since.Where(s => s.Checkpoint.Origin == now.Origin).Select(s => Judged(s, now, minimum, faults))
            .OfType<Checkpoint>().ToList();

    /// <summary>Null where it is nobody's word: then it says nothing of the log either.</summary>
    private Checkpoint? Judged(SignedCheckpoint since, Checkpoint now, long minimum, FaultList faults)
    {
        var older = since.Checkpoint;
        if (since.WhyNot(keys, check) is { } why)
        {
            faults.Add(TilePath.Checkpoint, null, $"The older checkpoint does not count: {why}.");
            return null;
        }

        if (older.Size > now.Size)
            faults.Add(TilePath.Checkpoint, now.Size, string.Create(CultureInfo.InvariantCulture,
                $"The log has {now.Size} records, the older checkpoint {older.Size}: the log was rolled back."));
        if (older.Size < minimum)
            faults.Add(TilePath.Checkpoint, older.Size,
                $"The older checkpoint lies before what was pruned ({minimum}) and cannot be checked.");
        return older;
    }

    private IReadOnlyList<string> WitnessesOf(SignedCheckpoint signed, FaultList faults)
    {
        if (signed.WitnessesAmong(keys, check) is { } good) return good;
        faults.Add(TilePath.Checkpoint, null, "A cosignature that claims a known witness is wrong.");
        return [];
    }

    private static async ValueTask<long> PrunedAsync(ITreeSource source, CancellationToken cancellation) =>
        await source.ReadAsync(Pruned.FileName, cancellation).ConfigureAwait(false) is { } bytes
            ? Pruned.Parse(Encoding.UTF8.GetString(bytes)) : 0;
}
