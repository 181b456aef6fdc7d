using System.Globalization;
using Keyward.Vault.Audit.Keeping;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Vault.Audit.Verification;

/// <summary>Holds an archive against its checkpoint: each record that it has, and that its checkpoint extends older
/// ones, as far as its hashes can show that.</summary>
/// <param name="from">Where its records begin.</param>
/// <param name="to">Where they end; what follows stands in the log.</param>
internal sealed class ArchiveCheck(ITreeSource archive, Checkpoint checkpoint, long from, long to, FaultList faults)
{
    private readonly TreeReader _reader = new(archive);

    public DateTimeOffset? FirstTime { get; private set; }

    public DateTimeOffset? LastTime { get; private set; }

    public async Task RunAsync(IEnumerable<Checkpoint> since, CancellationToken cancellation)
    {
        if (to > checkpoint.Size)
        {
            faults.Add(LogArchive.FileName, null, "More is said to be archived than the log has.");
            return;
        }

        if (to <= from || to % TilePath.Width != 0)
        {
            faults.Add(LogArchive.FileName, null, "The file does not say where the archive's records end.");
            return;
        }

        var before = faults.Faults.Count;
        await foreach (var fault in LogArchive.FaultsAsync(archive, from, to, checkpoint, cancellation)
            .ConfigureAwait(false)) faults.Add(fault);
        foreach (var older in since)
            if (older.Size <= checkpoint.Size) await CheckAsync(older, cancellation).ConfigureAwait(false);
        if (faults.Faults.Count > before) return;
        FirstTime = await TimeAsync(from, cancellation).ConfigureAwait(false);
        LastTime = await TimeAsync(to - 1, cancellation).ConfigureAwait(false);
    }

    private async ValueTask CheckAsync(Checkpoint older, CancellationToken cancellation)
    {
        try
        {
            var proof = await _reader.ConsistencyAsync(older.Size, checkpoint.Size, cancellation).ConfigureAwait(false);
            if (!TreeProof.IsConsistent(older.Size, older.Root, checkpoint.Size, checkpoint.Root, proof))
                faults.Add(TilePath.Checkpoint, older.Size, string.Create(CultureInfo.InvariantCulture,
                    $"The first {older.Size} records are not those of the older checkpoint: the log was rewritten, ") +
                    "or hashes of the archive were altered.");
        }
        catch (TreeFileException missing)
        {
            faults.Add(missing.Path, older.Size, "The archive has not the hashes that lead to the older checkpoint: " +
                "hold that against the log itself.");
        }
    }

    private async ValueTask<DateTimeOffset?> TimeAsync(long index, CancellationToken cancellation)
    {
        var bundle = index / TilePath.Width;
        var entries = await _reader.EntriesAsync(bundle, (bundle + 1) * TilePath.Width, cancellation)
            .ConfigureAwait(false);
        return RecordFields.TimeOf(entries[(int)(index % TilePath.Width)].Span);
    }
}
