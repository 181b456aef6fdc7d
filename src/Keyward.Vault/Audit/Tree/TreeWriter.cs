using System.Runtime.InteropServices;
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

    private TreeWriter(ITreeFiles files, string origin, RightEdge edge, List<byte> bundle, SignedCheckpoint? latest) =>
        (_files, _origin, _edge, _bundle, Latest) = (files, origin, edge, bundle, latest);

    /// <summary>The last checkpoint that was signed and is on disk.</summary>
    public SignedCheckpoint? Latest { get; private set; }

    public long Size => _edge.Size;

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
        return new TreeWriter(files, origin, edge, LoadBundle(files, origin, size, edge), signed);
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
        var (edge, bundle) = (_edge.Copy(), new List<byte>(_bundle));
        var paths = new List<string>();
        var leaf = new byte[Merkle.HashSizeBytes];
        foreach (var entry in entries)
        {
            Bundle.Write(bundle, entry.Span);
            Merkle.HashLeaf(entry.Span, leaf);
            edge.Add(leaf, (level, number, tile) =>
            {
                Write(paths, TilePath.Hashes(level, number), tile);
                if (level > 0) return;
                Write(paths, TilePath.Entries(number), CollectionsMarshal.AsSpan(bundle));
                bundle.Clear();
            });
        }

        var filled = paths.Count;
        WritePartials(paths, edge, bundle);
        Publish(paths);
        var text = new Checkpoint(_origin, edge.Size, edge.Root()).ToString();
        var note = new SignedNote(text, [.. signers.Select(s => s.Sign(text))]);
        _files.WriteAside(TilePath.Checkpoint, note.ToBytes());
        Publish([TilePath.Checkpoint]);
        (_edge, _bundle) = (edge, bundle);
        _ = Checkpoint.TryParse(text, out var checkpoint);
        Latest = new SignedCheckpoint(checkpoint, note);
        // Partial files may go once their full one is there (C2SP tlog-tiles, "Partial Tiles").
        foreach (var path in paths.Take(filled)) _files.Remove(TilePath.PartialFolder(path));
        return Latest;
    }

    private void Write(List<string> paths, string path, ReadOnlySpan<byte> bytes)
    {
        _files.WriteAside(path, bytes);
        paths.Add(path);
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
