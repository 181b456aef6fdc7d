using System.Numerics;

namespace Keyward.Vault.Audit.Tree;

/// <summary>Reads entries and makes proofs from a log's files, for trees no larger than the files hold. It believes
/// what it reads: a proof is checked by whoever gets it. Keeps the tile it read last; not safe for concurrent
/// use.</summary>
internal sealed class TreeReader(ITreeSource source)
{
    private readonly Dictionary<(int Level, long Number), byte[]> _tiles = [];

    /// <summary>Kept tiles: a proof touches a few a level.</summary>
    private const int MaximumKept = 64;

    /// <summary>A bundle's first entries, as many as a tree of this size has of it.</summary>
    public ValueTask<List<ReadOnlyMemory<byte>>> EntriesAsync(
        long bundle, long size, CancellationToken cancellation) =>
        EntriesAsync(bundle, size, new ReadBuffer(0), cancellation);

    /// <summary>The same, good until the buffer is read into again.</summary>
    public async ValueTask<List<ReadOnlyMemory<byte>>> EntriesAsync(
        long bundle, long size, ReadBuffer buffer, CancellationToken cancellation)
    {
        var width = TilePath.WidthOf(0, bundle, size);
        var (full, partial) = (TilePath.Entries(bundle), TilePath.Entries(bundle, width));
        var bytes = await source.ReadAsync(partial, buffer, cancellation).ConfigureAwait(false)
            ?? await source.ReadAsync(full, buffer, cancellation).ConfigureAwait(false)
            ?? throw new TreeFileException(partial, "is missing.");
        return Bundle.Read(bytes, width, out _) ?? throw new TreeFileException(full, "is cut off.");
    }

    public async ValueTask<byte[]> TileAsync(int level, long number, long size, CancellationToken cancellation)
    {
        var width = TilePath.WidthOf(level, number, size);
        if (_tiles.TryGetValue((level, number), out var kept) && kept.Length >= width * Merkle.HashSizeBytes)
            return kept;
        var full = TilePath.Hashes(level, number);
        var tile = await ReadAsync(full, TilePath.Hashes(level, number, width), cancellation).ConfigureAwait(false);
        if (tile.Length < width * Merkle.HashSizeBytes) throw new TreeFileException(full, "is cut off.");
        if (_tiles.Count >= MaximumKept) _tiles.Clear();
        return _tiles[(level, number)] = tile;
    }

    public async ValueTask<byte[]> LeafAsync(long index, long size, CancellationToken cancellation)
    {
        var tile = await TileAsync(0, index / TilePath.Width, size, cancellation).ConfigureAwait(false);
        return HashAt(tile, (int)(index % TilePath.Width));
    }

    public ValueTask<byte[]> RootAsync(long size, CancellationToken cancellation) =>
        size == 0 ? new(Merkle.EmptyRoot) : RangeAsync(0, size, size, cancellation);

    /// <summary>The root that a log had when it was smaller.</summary>
    public ValueTask<byte[]> PrefixRootAsync(long oldSize, long size, CancellationToken cancellation) =>
        oldSize == 0 ? new(Merkle.EmptyRoot) : RangeAsync(0, oldSize, size, cancellation);

    /// <summary>RFC 6962 §2.1.1: the hashes beside the way from a leaf to the root, the leaf's sibling first.</summary>
    public async ValueTask<List<byte[]>> InclusionAsync(long index, long size, CancellationToken cancellation)
    {
        var proof = new List<byte[]>();
        var (from, to) = (0L, size);
        while (to - from > 1)
        {
            var middle = from + Merkle.Split(to - from);
            var isLeft = index < middle;
            proof.Add(await RangeAsync(isLeft ? middle : from, isLeft ? to : middle, size, cancellation)
                .ConfigureAwait(false));
            (from, to) = isLeft ? (from, middle) : (middle, to);
        }

        proof.Reverse();
        return proof;
    }

    /// <summary>RFC 6962 §2.1.2: the hashes from which both the old root and the new one are made.</summary>
    public async ValueTask<List<byte[]>> ConsistencyAsync(long oldSize, long size, CancellationToken cancellation)
    {
        var proof = new List<byte[]>();
        if (oldSize == 0 || oldSize == size) return proof;
        var (from, to, isOldWhole) = (0L, size, true);
        while (to != oldSize)
        {
            var middle = from + Merkle.Split(to - from);
            var isLeft = oldSize <= middle;
            proof.Add(await RangeAsync(isLeft ? middle : from, isLeft ? to : middle, size, cancellation)
                .ConfigureAwait(false));
            isOldWhole &= isLeft;
            (from, to) = isLeft ? (from, middle) : (middle, to);
        }

        if (!isOldWhole) proof.Add(await RangeAsync(from, to, size, cancellation).ConfigureAwait(false));
        proof.Reverse();
        return proof;
    }

    /// <summary>The hash over the leaves of a range that is a subtree of the tree.</summary>
    private async ValueTask<byte[]> RangeAsync(long from, long to, long size, CancellationToken cancellation)
    {
        var count = to - from;
        if (BitOperations.IsPow2(count))
            return await PerfectAsync(from, BitOperations.Log2((ulong)count), size, cancellation)
                .ConfigureAwait(false);
        var middle = from + Merkle.Split(count);
        var left = await RangeAsync(from, middle, size, cancellation).ConfigureAwait(false);
        var right = await RangeAsync(middle, to, size, cancellation).ConfigureAwait(false);
        return Merkle.HashNode(left, right);
    }

    /// <summary>A perfect subtree of 2^height leaves lies within one tile of the level below its root.</summary>
    private async ValueTask<byte[]> PerfectAsync(long from, int height, long size, CancellationToken cancellation)
    {
        var level = height / 8;
        var count = 1 << (height % 8);
        var first = from >> (8 * level);
        var tile = await TileAsync(level, first / TilePath.Width, size, cancellation).ConfigureAwait(false);
        var offset = (int)(first % TilePath.Width) * Merkle.HashSizeBytes;
        return Merkle.Root(tile.AsSpan(offset, count * Merkle.HashSizeBytes));
    }

    /// <summary>A partial file may be gone once its full one is there.</summary>
    private async ValueTask<byte[]> ReadAsync(string full, string partial, CancellationToken cancellation) =>
        await source.ReadAsync(partial, cancellation).ConfigureAwait(false)
            ?? await source.ReadAsync(full, cancellation).ConfigureAwait(false)
            ?? throw new TreeFileException(partial, "is missing.");

    private static byte[] HashAt(byte[] tile, int index) =>
        tile.AsSpan(index * Merkle.HashSizeBytes, Merkle.HashSizeBytes).ToArray();
}
