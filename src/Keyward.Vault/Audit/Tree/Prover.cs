using System.Text;
using Keyward.Vault.Audit.Notes;

namespace Keyward.Vault.Audit.Tree;

/// <summary>A record's bytes and the proof that it stands in its log.</summary>
public sealed record ProvenRecord(ReadOnlyMemory<byte> Record, LogProof Proof);

/// <summary>Finds records of one log and proves them against one of its checkpoints. It reads files alone, so it works
/// on a copy as well as in the server. Not safe for concurrent use.</summary>
public sealed class Prover(ITreeSource source, SignedCheckpoint signed)
{
    private readonly TreeReader _reader = new(source);

    private long Size => signed.Checkpoint.Size;

    /// <summary>The index of the record that is meant, the newest first; null if this log does not have it.</summary>
    /// <param name="from">Records before this one are not there: they were pruned.</param>
    /// <param name="to">Nor are those from here on, of an archive; null for all that the checkpoint covers.</param>
    public async ValueTask<long?> FindAsync(
        RecordReference reference, long from, long? to, CancellationToken cancellation)
    {
        if (reference.Origin is { } origin && origin != signed.Checkpoint.Origin) return null;
        var end = Math.Min(Size, to ?? Size);
        if (reference.Index is { } index) return index >= from && index < end ? index : null;
        // Records begin with version and id (docs/reference/audit.md).
        var beginning = Encoding.ASCII.GetBytes($"{{\"v\":1,\"id\":\"{reference.Id}\"");
        for (var bundle = (end - 1) / TilePath.Width; bundle >= from / TilePath.Width; bundle--)
        {
            var entries = await _reader.EntriesAsync(bundle, Size, cancellation).ConfigureAwait(false);
            var at = entries.FindLastIndex(e => e.Span.StartsWith(beginning));
            if (at >= 0) return (bundle * TilePath.Width) + at;
        }

        return null;
    }

    public async ValueTask<ProvenRecord> ProveAsync(long index, CancellationToken cancellation)
    {
        var entries = await _reader.EntriesAsync(index / TilePath.Width, Size, cancellation).ConfigureAwait(false);
        var hashes = await _reader.InclusionAsync(index, Size, cancellation).ConfigureAwait(false);
        return new ProvenRecord(entries[(int)(index % TilePath.Width)], new LogProof(index, hashes, signed));
    }

    /// <summary>The hashes that show that the log extends what it was when it was smaller.</summary>
    public async ValueTask<IReadOnlyList<byte[]>> ExtensionAsync(long oldSize, CancellationToken cancellation) =>
        await _reader.ConsistencyAsync(oldSize, Size, cancellation).ConfigureAwait(false);

    public ValueTask<byte[]> RootAsync(long oldSize, CancellationToken cancellation) =>
        _reader.PrefixRootAsync(oldSize, Size, cancellation);

    public async ValueTask<IReadOnlyList<byte[]>> ConsistencyAsync(
        long oldSize, long size, CancellationToken cancellation) =>
        await _reader.ConsistencyAsync(oldSize, size, cancellation).ConfigureAwait(false);
}
