using System.Runtime.InteropServices;
using System.Text;
using Keyward.Vault.Audit.Notes;

namespace Keyward.Vault.Audit.Tree;

/// <summary>Writes bundles, tiles and checkpoints of one log from its entries in order. Invariant: all that the
/// checkpoint on disk covers was durable before that checkpoint got its name, and a new checkpoint always extends the
/// last one: none is ever signed that is smaller, or of another history. A round that fails changes nothing and can be
/// tried again. Belongs to one thread.</summary>
internal sealed class TreeWriter
{
    private readonly ITreeFiles _files;
    private readonly string _origin;
    private RightEdge _edge;
    private List<byte> _bundle;

    // What a round makes of them; they change places when it is signed.
    private RightEdge _nextEdge = new();
    private List<byte> _nextBundle = [];
    private long _removed;

    private TreeWriter(ITreeFiles files, string origin, RightEdge edge, List<byte> bundle, SignedCheckpoint? latest) =>
        (_files, _origin, _edge, _bundle, Latest) = (files, origin, edge, bundle, latest);

    /// <summary>The last checkpoint that was signed and is on disk.</summary>
    public SignedCheckpoint? Latest { get; private set; }

    public long Size => _edge.Size;

    /// <summary>Records before it were pruned.</summary>
    public long FirstIndex { get; private set; }

    /// <summary>Opens a log's tree where its last checkpoint left it. What does not fit that checkpoint is an <see
    /// cref="AuditDamagedException"/>.</summary>
    public static TreeWriter Open(
        ITreeFiles files, string origin, IReadOnlyList<VerifierKey> keys, SignatureCheck check)
    {
        if (files.Read(TilePath.Checkpoint) is not { } bytes)
            return files.Read(TilePath.Hashes(0, 0)) is null
                ? new TreeWriter(files, origin, new RightEdge(), [], null)
                : throw new AuditDamagedException($"The checkpoint of the audit log {origin} is missing.");
        if (!SignedCheckpoint.TryParse(bytes, out var signed) || signed.Checkpoint.Origin != origin)
            throw new AuditDamagedException($"The checkpoint of the audit log {origin} cannot be read.");
        if (signed.WhyNot(keys, check) is { } why)
            throw new AuditDamagedException($"The checkpoint of the audit log {origin} is not its own: {why}.");
        var size = signed.Checkpoint.Size;
        var edge = RightEdge.Load(size, (level, number, width) => ReadEither(
            files, TilePath.Hashes(level, number, width), TilePath.Hashes(level, number)))
            ?? throw new AuditDamagedException($"A tile of the audit log {origin} is missing at its end.");
        if (!edge.Root().AsSpan().SequenceEqual(signed.Checkpoint.Root))
            throw new AuditDamagedException(
                $"The tiles of the audit log {origin} do not lead to the root of its checkpoint.");
        return new TreeWriter(files, origin, edge, LoadBundle(files, origin, size, edge), signed)
        {
            FirstIndex = files.Read(Pruned.FileName) is { } pruned ? Pruned.Parse(Encoding.UTF8.GetString(pruned)) : 0,
        };
    }

    /// <summary>Whether an entry is the tree's last.</summary>
    public bool IsLast(ReadOnlySpan<byte> entry)
    {
        var number = (Size - 1) / TilePath.Width;
        var width = TilePath.WidthOf(0, number, Size);
        return ReadEither(_files, TilePath.Hashes(0, number, width), TilePath.Hashes(0, number)) is { } tile
            && Merkle.HashLeaf(entry).AsSpan().SequenceEqual(
                tile.AsSpan((width - 1) * Merkle.HashSizeBytes, Merkle.HashSizeBytes));
    }

    /// <summary>Adds entries, writes every file that they change, and signs. All of it is durable when this
    /// returns.</summary>
    public SignedCheckpoint Extend(
        IEnumerable<ReadOnlyMemory<byte>> entries, IReadOnlyList<INoteSigner> signers)
    {
        var round = Stage(entries);
        return Commit(round, [.. signers.Select(s => s.Sign(round.Text))]);
    }

    /// <summary>Writes every file that the entries change but the checkpoint, whose text is to be signed.</summary>
    public StagedRound Stage(IEnumerable<ReadOnlyMemory<byte>> entries)
    {
        var (edge, bundle) = (_nextEdge, _nextBundle);
        edge.CopyFrom(_edge);
        bundle.Clear();
        bundle.AddRange(_bundle);
        var paths = new List<string>();
        var leaf = new byte[Merkle.HashSizeBytes];
        FilledTile filled = (level, number, tile) =>
        {
            Write(paths, TilePath.Hashes(level, number), tile);
            if (level > 0) return;
            Write(paths, TilePath.Entries(number), CollectionsMarshal.AsSpan(bundle));
            bundle.Clear();
        };
        foreach (var entry in entries)
        {
            Bundle.Write(bundle, entry.Span);
            Merkle.HashLeaf(entry.Span, leaf);
            edge.Add(leaf, filled);
        }

        var full = paths.ToList();
        WritePartials(paths, edge, bundle);
        Publish(paths);
        return new StagedRound(new Checkpoint(_origin, edge.Size, edge.Root()).ToString(), full);
    }

    /// <summary>Signs what was staged last; from here on it counts.</summary>
    public SignedCheckpoint Commit(StagedRound round, IReadOnlyList<NoteSignature> signatures)
    {
        var note = new SignedNote(round.Text, signatures);
        _files.WriteAside(TilePath.Checkpoint, note.ToBytes());
        Publish([TilePath.Checkpoint]);
        (_edge, _nextEdge) = (_nextEdge, _edge);
        (_bundle, _nextBundle) = (_nextBundle, _bundle);
        _ = Checkpoint.TryParse(round.Text, out var checkpoint);
        Latest = new SignedCheckpoint(checkpoint, note);
        // Partial files may go once their full one is there (C2SP tlog-tiles, "Partial Tiles").
        foreach (var path in round.Filled) _files.Remove(TilePath.PartialFolder(path));
        return Latest;
    }

    private void Write(List<string> paths, string path, ReadOnlySpan<byte> bytes)
    {
        _files.WriteAside(path, bytes);
        paths.Add(path);
    }

    /// <summary>Removes the bundles before an index and the hashes that stand for them alone. What is above stays, and
    /// with it every proof of what is left. The file that says so comes first, so that nothing is ever missed that was
    /// rightly removed; a second run removes what a stop left.</summary>
    public void Prune(long index)
    {
        _files.WriteAside(Pruned.FileName, Pruned.Write(index));
        Publish([Pruned.FileName]);
        for (var bundle = _removed; bundle < index / TilePath.Width; bundle++)
        {
            _files.Remove(TilePath.Entries(bundle));
            _files.Remove(TilePath.Hashes(0, bundle));
            _removed = bundle + 1;
        }

        FirstIndex = index;
    }

    private void WritePartials(List<string> paths, RightEdge edge, List<byte> bundle)
    {
        for (var level = 0; level < edge.Levels; level++)
        {
            var width = edge.Tile(level).Length / Merkle.HashSizeBytes;
            if (width == 0) continue;
            var number = TilePath.HashesAt(level, edge.Size) / TilePath.Width;
            Write(paths, TilePath.Hashes(level, number, width), edge.Tile(level));
            if (level == 0) Write(paths, TilePath.Entries(number, width), CollectionsMarshal.AsSpan(bundle));
        }
    }

    /// <summary>All were written before the first is flushed, so that the disk can take them together.</summary>
    private void Publish(List<string> paths)
    {
        foreach (var path in paths) _files.FlushAside(path);
        foreach (var path in paths) _files.Publish(path);
        _files.FlushFolders();
    }

    private static List<byte> LoadBundle(ITreeFiles files, string origin, long size, RightEdge edge)
    {
        var width = (int)(size % TilePath.Width);
        if (width == 0) return [];
        var number = size / TilePath.Width;
        var bytes = ReadEither(files, TilePath.Entries(number, width), TilePath.Entries(number)) ?? [];
        if (Bundle.Read(bytes, width, out var end) is not { } entries)
            throw new AuditDamagedException($"The last bundle of the audit log {origin} is missing or cut off.");
        for (var i = 0; i < width; i++)
            if (!Merkle.HashLeaf(entries[i].Span).AsSpan()
                .SequenceEqual(edge.Tile(0).Slice(i * Merkle.HashSizeBytes, Merkle.HashSizeBytes)))
                throw new AuditDamagedException(
                    $"Entry {(number * TilePath.Width) + i} of the audit log {origin} was altered.");
        return [.. bytes.AsSpan(0, end)];
    }

    private static byte[]? ReadEither(ITreeFiles files, string partial, string full) =>
        files.Read(partial) ?? files.Read(full);
}
