using Keyward.Vault.Audit.Tree;

namespace Keyward.Vault.Audit.Verification;

/// <summary>Reads a journal from its first byte to its last: every frame, the chain through all segments, and whether
/// the records that a checkpoint covers are those of the tree.</summary>
internal sealed class JournalCheck(string folder, string origin, FaultList faults)
{
    /// <summary>A segment of which the rest is shorter than this is read in one piece to look for what is behind
    /// damage.</summary>
    private const int ReadSizeBytes = 1024 * 1024;

    /// <summary>How many records the journal holds from the log's beginning on.</summary>
    public long End { get; private set; }

    /// <summary>When the first and the last record was logged that no checkpoint covers.</summary>
    public (DateTimeOffset First, DateTimeOffset Last)? UncoveredTimes { get; private set; }

    public async Task RunAsync(TreeReader tree, long size, CancellationToken cancellation)
    {
        byte[]? chain = null;
        var names = Directory.GetFiles(folder, "*.journal").Order(StringComparer.Ordinal).ToList();
        foreach (var name in names)
        {
            var path = "journal/" + Path.GetFileName(name);
            if (await ReadAsync(name, cancellation).ConfigureAwait(false) is not { } bytes)
            {
                chain = null;
                continue;
            }

            var isLast = name == names[^1];
            if (JournalSegment.TryParse(Path.GetFileName(name), bytes, origin) is not { } segment)
            {
                // Begun when the power went: nothing in it was acknowledged.
                if (!isLast || names.Count == 1 || bytes.Length >= ReadSizeBytes)
                    faults.Add(path, null, $"The file is no segment of the journal of {origin}.");
                continue;
            }

            if (chain is not null && (segment.FirstIndex != End || !segment.ChainBefore.AsSpan().SequenceEqual(chain)))
                faults.Add(path, segment.FirstIndex, "The segment does not follow the one before it.");
            chain = (byte[])segment.ChainBefore.Clone();
            End = segment.FirstIndex;
            await CheckAsync(path, segment, bytes, chain, isLast, tree, size, cancellation).ConfigureAwait(false);
        }

        if (names.Count == 0) faults.Add("journal", null, "The journal has no segment.");
        else if (End < size)
            faults.Add("journal/" + Path.GetFileName(names[^1]), End,
                $"The journal ends at record {End}, the checkpoint covers {size}.");
    }

    /// <summary>Null where the server that runs has given the file back meanwhile.</summary>
    private static async Task<byte[]?> ReadAsync(string name, CancellationToken cancellation)
    {
        try
        {
            var bytes = await File.ReadAllBytesAsync(name, cancellation).ConfigureAwait(false);
            return File.Exists(name) ? bytes : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private async Task CheckAsync(string path, JournalSegment segment, byte[] bytes, byte[] chain, bool isLast,
        TreeReader tree, long size, CancellationToken cancellation)
    {
        var at = segment.HeaderSizeBytes;
        while (JournalFrame.TryRead(bytes.AsSpan(at), chain, out var entry))
        {
            var length = entry.Length;
            if (End < size && !await IsInTreeAsync(bytes.AsMemory(at + JournalFrame.HeaderSizeBytes, length), tree,
                size, cancellation).ConfigureAwait(false))
                faults.Add(path, End, $"Record {End} of the journal is not the one in the tree.");
            if (End >= size && TimeOf(bytes, at, length) is { } time)
                UncoveredTimes = (UncoveredTimes?.First ?? time, time);
            JournalFrame.Advance(chain, bytes.AsSpan(at), length);
            at += JournalFrame.HeaderSizeBytes + length;
            End++;
        }

        // Blocks that were made ready and not used; older entries may lie there too.
        if (!bytes.AsSpan(at).ContainsAnyExcept((byte)0)) return;
        // A torn end is what a crash left of records that nobody was told of.
        if (!isLast || JournalFrame.WasAcknowledged(bytes.AsSpan(at), End))
            faults.Add(path, End, $"The journal is damaged at record {End}, byte {at}.");
    }

    private static DateTimeOffset? TimeOf(byte[] bytes, int at, int length) =>
        RecordFields.TimeOf(bytes.AsSpan(at + JournalFrame.HeaderSizeBytes, length));

    private async ValueTask<bool> IsInTreeAsync(
        ReadOnlyMemory<byte> entry, TreeReader tree, long size, CancellationToken cancellation)
    {
        try
        {
            var leaf = await tree.LeafAsync(End, size, cancellation).ConfigureAwait(false);
            return Merkle.HashLeaf(entry.Span).AsSpan().SequenceEqual(leaf);
        }
        catch (TreeFileException)
        {
            return true; // The missing tile is named by the check of the tree.
        }
    }
}
