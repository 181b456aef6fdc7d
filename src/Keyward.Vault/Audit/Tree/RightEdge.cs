using System.Runtime.InteropServices;

namespace Keyward.Vault.Audit.Tree;

/// <summary>Takes a tile that became full: its level, its number there, its hashes, good until it returns.</summary>
internal delegate void FilledTile(int level, long number, ReadOnlySpan<byte> tile);

/// <summary>What must be known of a tree to go on with it: the unfinished tile of each level. Not safe for concurrent
/// use.</summary>
internal sealed class RightEdge
{
    private readonly List<List<byte>> _levels = [[]];

    public long Size { get; private set; }

    public int Levels => _levels.Count;

    /// <summary>The unfinished tile of a level, possibly empty.</summary>
    public ReadOnlySpan<byte> Tile(int level) => CollectionsMarshal.AsSpan(_levels[level]);

    /// <summary>The edge of a tree of this size, its tiles read by level and number; null where one is missing or
    /// short.</summary>
    public static RightEdge? Load(long size, Func<int, long, int, byte[]?> readTile)
    {
        var edge = new RightEdge { Size = size };
        for (var level = 0; TilePath.HashesAt(level, size) > 0; level++)
        {
            if (level > 0) edge._levels.Add([]);
            var number = TilePath.HashesAt(level, size) / TilePath.Width;
            var width = TilePath.WidthOf(level, number, size);
            if (width == 0) continue;
            if (readTile(level, number, width) is not { } tile || tile.Length < width * Merkle.HashSizeBytes)
                return null;
            edge._levels[level].AddRange(tile.AsSpan(0, width * Merkle.HashSizeBytes));
        }

        return edge;
    }

    /// <summary>Adds a leaf's hash. Each tile that it fills is handed to <paramref name="filled"/> with its level and
    /// number before it is hashed upwards.</summary>
    public void Add(ReadOnlySpan<byte> leafHash, FilledTile filled)
    {
        Size++;
        Span<byte> above = stackalloc byte[Merkle.HashSizeBytes];
        scoped var hash = leafHash;
        for (var level = 0; ; level++)
        {
            if (level == _levels.Count) _levels.Add([]);
            var tile = _levels[level];
            tile.AddRange(hash);
            if (tile.Count < TilePath.Width * Merkle.HashSizeBytes) return;
            var full = CollectionsMarshal.AsSpan(tile);
            filled(level, (TilePath.HashesAt(level, Size) / TilePath.Width) - 1, full);
            Merkle.Reduce(full, above);
            hash = above;
            tile.Clear();
        }
    }

    /// <summary>Each level's hashes are subtrees of one size, followed by the smaller one of all levels
    /// below.</summary>
    public byte[] Root()
    {
        byte[] below = [];
        foreach (var level in _levels)
        {
            if (level.Count == 0) continue;
            below = Merkle.Root((byte[])[.. level, .. below]);
        }

        return below.Length == 0 ? Merkle.EmptyRoot : below;
    }

    /// <summary>Makes this one the same as another, in the room that it has.</summary>
    public void CopyFrom(RightEdge other)
    {
        Size = other.Size;
        while (_levels.Count < other._levels.Count) _levels.Add([]);
        for (var level = 0; level < _levels.Count; level++)
        {
            _levels[level].Clear();
            if (level < other._levels.Count) _levels[level].AddRange(other._levels[level]);
        }
    }
}
