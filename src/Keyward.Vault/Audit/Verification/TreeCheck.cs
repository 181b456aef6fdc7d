using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Vault.Audit.Verification;

/// <summary>Holds every record and every hash of a tree against its checkpoint. The records are hashed anew from the
/// first to the last; no hash on disk is believed.</summary>
internal sealed class TreeCheck(ITreeSource source, Checkpoint checkpoint, long minimumIndex, FaultList faults)
{
    private readonly List<(long Index, string Bundle, string Tile)> _differing = [];
    private readonly List<(int Level, long Number, byte[] Tile)> _filled = [];
    private readonly List<string> _wrongAbove = [];
    private RightEdge _edge = new();
    private FilledTile? _fill;

    public DateTimeOffset? FirstTime { get; private set; }

    public DateTimeOffset? LastTime { get; private set; }

    /// <summary>Called with the number of records that were checked.</summary>
    public Action<long>? Progress { get; init; }

    /// <summary>Older checkpoints that the tree must extend.</summary>
    public IReadOnlyList<Checkpoint> Since { get; init; } = [];

    public async Task RunAsync(CancellationToken cancellation)
    {
        var first = minimumIndex / TilePath.Width;
        if (first > 0 && !await BeginAtAsync(first * TilePath.Width, cancellation).ConfigureAwait(false)) return;
        JudgeSince();
        for (var bundle = first; bundle * TilePath.Width < checkpoint.Size; bundle++)
        {
            await CheckBundleAsync(bundle, cancellation).ConfigureAwait(false);
            Progress?.Invoke(_edge.Size);
        }

        for (var level = 1; level < _edge.Levels; level++) await CheckLastTileAsync(level, cancellation)
            .ConfigureAwait(false);
        Conclude();
    }

    /// <summary>A pruned tree is gone on with from the hashes above what was pruned.</summary>
    private async ValueTask<bool> BeginAtAsync(long size, CancellationToken cancellation)
    {
        var tiles = new Dictionary<(int, long), byte[]?>();
        for (var level = 0; TilePath.HashesAt(level, size) > 0; level++)
        {
            var number = TilePath.HashesAt(level, size) / TilePath.Width;
            (tiles[(level, number)], _) = await ReadAsync(TilePath.Hashes(level, number), TilePath.Hashes(
                level, number, Math.Max(1, TilePath.WidthOf(level, number, checkpoint.Size))), cancellation)
                .ConfigureAwait(false);
        }

        if (RightEdge.Load(size, (level, number, _) => tiles[(level, number)]) is { } edge)
        {
            _edge = edge;
            return true;
        }

        faults.Add("tile", null, $"The hashes above the {size} pruned records are missing.");
        return false;
    }

    private async ValueTask CheckBundleAsync(long number, CancellationToken cancellation)
    {
        var width = TilePath.WidthOf(0, number, checkpoint.Size);
        var first = number * TilePath.Width;
        var (bundlePath, tilePath) = (TilePath.Entries(number, width), TilePath.Hashes(0, number, width));
        var bundle = await ReadAsync(TilePath.Entries(number), bundlePath, cancellation).ConfigureAwait(false);
        var (tile, isOwn) = await ReadAsync(TilePath.Hashes(0, number), tilePath, cancellation).ConfigureAwait(false);
        if (tile is null) faults.Add(tilePath, first, "The file is missing.");
        else if (!Fits(tile.Length, width * Merkle.HashSizeBytes, isOwn))
            faults.Add(tilePath, first, $"The file has {tile.Length} bytes, not {width} hashes.");
        var entries = EntriesOf(bundle, bundlePath, first, width);
        var computed = new byte[Merkle.HashSizeBytes];
        for (var i = 0; i < width; i++)
        {
            var kept = HashAt(tile, i);
            // Where the record is gone, the rest can still be checked by what the tile says of it.
            if (entries is not null) Merkle.HashLeaf(entries[i].Span, computed);
            else kept.CopyTo(computed);
            if (entries is not null && tile is not null && !computed.AsSpan().SequenceEqual(kept))
                _differing.Add((first + i, bundlePath, tilePath));
            Add(computed);
        }

        await CheckFilledAsync(cancellation).ConfigureAwait(false);
        if (entries is null) return;
        FirstTime ??= RecordFields.TimeOf(entries[0].Span);
        LastTime = RecordFields.TimeOf(entries[^1].Span) ?? LastTime;
    }

    private List<ReadOnlyMemory<byte>>? EntriesOf(
        (byte[]? Bytes, bool IsOwn) bundle, string path, long first, int width)
    {
        if (bundle.Bytes is not { } bytes)
        {
            faults.Add(path, first, "The file is missing.");
            return null;
        }

        if (Bundle.Read(bytes, width, out var end) is not { } entries)
        {
            faults.Add(path, first, $"The file is cut off or holds fewer than {width} records.");
            return null;
        }

        if (!Fits(bytes.Length, end, bundle.IsOwn))
            faults.Add(path, first + width, $"The file holds {bytes.Length - end} bytes behind its last record.");
        return entries;
    }

    private void Add(ReadOnlySpan<byte> leaf)
    {
        _edge.Add(leaf, _fill ??= Fill);
        JudgeSince();
    }

    private void Fill(int level, long number, ReadOnlySpan<byte> tile)
    {
        if (level > 0) _filled.Add((level, number, tile.ToArray()));
    }

    private void JudgeSince()
    {
        foreach (var since in Since)
            if (since.Size == _edge.Size && !_edge.Root().AsSpan().SequenceEqual(since.Root))
                faults.Add(TilePath.Checkpoint, since.Size, $"The first {since.Size} records are not those " +
                "of the older checkpoint: the log was rewritten.");
    }

    private async ValueTask CheckFilledAsync(CancellationToken cancellation)
    {
        foreach (var (level, number, tile) in _filled)
            await CompareAsync(TilePath.Hashes(level, number), TilePath.Hashes(level, number), tile, cancellation)
                .ConfigureAwait(false);
        _filled.Clear();
    }

    private async ValueTask CheckLastTileAsync(int level, CancellationToken cancellation)
    {
        var expected = _edge.Tile(level).ToArray();
        if (expected.Length == 0) return;
        var number = TilePath.HashesAt(level, _edge.Size) / TilePath.Width;
        await CompareAsync(TilePath.Hashes(level, number),
            TilePath.Hashes(level, number, expected.Length / Merkle.HashSizeBytes), expected, cancellation)
            .ConfigureAwait(false);
    }

    private async ValueTask CompareAsync(string full, string path, byte[] expected, CancellationToken cancellation)
    {
        var (tile, isOwn) = await ReadAsync(full, path, cancellation).ConfigureAwait(false);
        if (tile is null) faults.Add(path, null, "The file is missing.");
        else if (!Fits(tile.Length, expected.Length, isOwn) || !tile.AsSpan().StartsWith(expected))
            _wrongAbove.Add(path);
    }

    /// <summary>Where record and hash differ, the root tells which of the two was altered. Hashes above an altered
    /// record do not fit it either, so they are named after it.</summary>
    private void Conclude()
    {
        var holds = _edge.Root().AsSpan().SequenceEqual(checkpoint.Root);
        foreach (var (index, bundle, tile) in _differing)
            if (holds) faults.Add(tile, index, $"The hash of record {index} was altered; the record is whole.");
            else faults.Add(bundle, index, $"Record {index} is not the one that was logged.");
        foreach (var path in _wrongAbove) faults.Add(path, null, "Its hashes are not those of the tiles below.");
        if (!holds)
            faults.Add(TilePath.Checkpoint, null,
                $"The {checkpoint.Size} records do not lead to the checkpoint's root.");
    }

    private static ReadOnlySpan<byte> HashAt(byte[]? tile, int i) =>
        tile is not null && tile.Length >= (i + 1) * Merkle.HashSizeBytes
            ? tile.AsSpan(i * Merkle.HashSizeBytes, Merkle.HashSizeBytes)
            : new byte[Merkle.HashSizeBytes];

    /// <summary>The file, or the full one that took its place; then what came later stands behind.</summary>
    private async ValueTask<(byte[]? Bytes, bool IsOwn)> ReadAsync(
        string full, string path, CancellationToken cancellation) =>
        await source.ReadAsync(path, cancellation).ConfigureAwait(false) is { } own
            ? (own, true)
            : path == full
                ? (null, true)
                : (await source.ReadAsync(full, cancellation).ConfigureAwait(false), false);

    private static bool Fits(int sizeBytes, int expectedBytes, bool isOwn) =>
        isOwn ? sizeBytes == expectedBytes : sizeBytes >= expectedBytes;
}
