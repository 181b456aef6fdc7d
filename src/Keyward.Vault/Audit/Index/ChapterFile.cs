using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Keyward.Vault.Audit.Index;

/// <summary>A chapter that is whole, in its file, which is opened for each question: thousands of them take little
/// memory. Safe for concurrent use.</summary>
internal sealed class ChapterFile : IChapter
{
    /// <summary>So many rows are read at once when the place is nearly found.</summary>
    private const int NearbyRows = 64;

    private readonly string _path;
    private readonly ChapterForm.ChapterHeader _header;
    private (long Earliest, long Latest)[]? _times;
    private volatile bool _hasGoodIds;

    private ChapterFile(string path, ChapterForm.ChapterHeader header) => (_path, _header) = (path, header);

    public long FirstIndex => _header.FirstIndex;

    public int Count => _header.Count;

    public int SizeBytes => _header.Length;

    /// <summary>Whether all but the postings was held against its checksum since the program began.</summary>
    public bool IsChecked => _times is not null;

    /// <summary>Does so, which else the first question would.</summary>
    public void Check()
    {
        using var file = OpenChecked();
    }

    /// <summary>Null where the file is damaged, or another log's.</summary>
    public static ChapterFile? TryOpen(string path, string origin)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var bytes = new byte[ChapterForm.HeaderSizeBytes];
            return RandomAccess.Read(file, bytes, 0) == bytes.Length
                && ChapterForm.ChapterHeader.Read(bytes) is { } header && header.Count > 0
                && header.Length == RandomAccess.GetLength(file)
                && header.OriginMark == ChapterForm.OriginMark(origin)
                ? new ChapterFile(path, header)
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public int[] Find(in IndexTerm term)
    {
        using var file = OpenChecked();
        var (hash, key) = (ChapterForm.HashOf(term), ChapterForm.KeyOf(term));
        foreach (var row in RowsOf(file, hash))
        {
            var text = BinaryPrimitives.ReadInt32LittleEndian(row.AsSpan(8));
            var stored = Read(file, text, 2 + key.Length, orLess: true);
            if (stored.Length != 2 + key.Length || BinaryPrimitives.ReadUInt16LittleEndian(stored) != key.Length
                || !stored.AsSpan(2).SequenceEqual(key)) continue;
            var posting = Read(file, BinaryPrimitives.ReadInt32LittleEndian(row.AsSpan(12)),
                BinaryPrimitives.ReadInt32LittleEndian(row.AsSpan(16)));
            if (Crc32C.Of(posting) != BinaryPrimitives.ReadUInt32LittleEndian(row.AsSpan(24))) throw Damaged();
            return Posting.Read(posting, BinaryPrimitives.ReadInt32LittleEndian(row.AsSpan(20)), Count)
                ?? throw Damaged();
        }

        return [];
    }

    /// <summary>The first time in the life of the program all ids are read, to be held against their checksum; then a
    /// dozen places.</summary>
    public int[] FindId(ulong id)
    {
        using var file = OpenChecked();
        if (!_hasGoodIds)
        {
            var ids = Read(file, _header.IdsOffset, _header.Length - _header.IdsOffset);
            if (ids.Length % RecordIds.RowSizeBytes != 0 || Crc32C.Of(ids) != _header.IdsSum) throw Damaged();
            _hasGoodIds = true;
            return RecordIds.Find(id, ids.Length / RecordIds.RowSizeBytes, row => RowOf(ids, row));
        }

        return RecordIds.Find(id, (_header.Length - _header.IdsOffset) / RecordIds.RowSizeBytes, row => RecordIds.Row(
            Read(file, _header.IdsOffset + (row * RecordIds.RowSizeBytes), RecordIds.RowSizeBytes)));
    }

    private static (ulong Id, int Offset) RowOf(byte[] ids, int row) =>
        RecordIds.Row(ids.AsSpan(row * RecordIds.RowSizeBytes, RecordIds.RowSizeBytes));

    /// <summary>Texts and postings stand in the order of the rows, so one reading gives them all.</summary>
    public IReadOnlyList<(string Text, int[] Offsets)> TermsOf(IndexField field)
    {
        using var file = OpenChecked();
        var bytes = Read(file, 0, _header.IdsOffset);
        var found = new List<(string, int[])>();
        for (var at = PlaceOf(0); at < _header.TextsOffset; at += ChapterForm.RowSizeBytes)
        {
            var row = bytes.AsSpan(at, ChapterForm.RowSizeBytes);
            var text = BinaryPrimitives.ReadInt32LittleEndian(row[8..]);
            if (bytes[text + 2] != (byte)field) continue;
            var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(text)) - 1;
            var posting = bytes.AsSpan(BinaryPrimitives.ReadInt32LittleEndian(row[12..]),
                BinaryPrimitives.ReadInt32LittleEndian(row[16..]));
            if (Crc32C.Of(posting) != BinaryPrimitives.ReadUInt32LittleEndian(row[24..])) throw Damaged();
            found.Add((Encoding.UTF8.GetString(bytes, text + 3, length),
                Posting.Read(posting, BinaryPrimitives.ReadInt32LittleEndian(row[20..]), Count) ?? throw Damaged()));
        }

        return found;
    }

    public (long Earliest, long Latest) TimesOf(int block)
    {
        if (_times is { } known) return known[block];
        using var file = OpenChecked();
        return _times![block];
    }

    /// <summary>The first time in the life of the program all but the postings is held against its checksum; each
    /// posting is whenever it is read.</summary>
    private SafeFileHandle OpenChecked()
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(_path);
        }
        catch (IOException failure)
        {
            throw new InvalidDataException($"{_path} cannot be read: {failure.Message}");
        }

        if (_times is not null) return file;
        try
        {
            var tables = Read(file, ChapterForm.HeaderSizeBytes, _header.PostingsOffset - ChapterForm.HeaderSizeBytes);
            if (Crc32C.Of(tables) != _header.TablesSum) throw Damaged();
            var times = new (long, long)[(Count + IChapter.BlockSize - 1) / IChapter.BlockSize];
            for (var i = 0; i < times.Length; i++)
                times[i] = (BinaryPrimitives.ReadInt64LittleEndian(tables.AsSpan(i * ChapterForm.TimesSizeBytes)),
                    BinaryPrimitives.ReadInt64LittleEndian(tables.AsSpan((i * ChapterForm.TimesSizeBytes) + 8)));
            _times = times;
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The rows that have a hash, which is one or none but by chance; the hashes are even, so that a guess by
    /// proportion comes near.</summary>
    private IEnumerable<byte[]> RowsOf(SafeFileHandle file, ulong hash)
    {
        // What is before low is lower, what is from high on is not.
        var (low, high) = (0, _header.Rows);
        var (lowHash, highHash) = (0UL, ulong.MaxValue);
        while (high - low > NearbyRows)
        {
            var share = (double)(hash - lowHash) / Math.Max(1.0, highHash - lowHash);
            var guess = Math.Clamp(low + (int)(share * (high - low)), low, high - 1);
            var found = HashAt(Read(file, PlaceOf(guess), ChapterForm.RowSizeBytes), 0);
            if (found < hash) (low, lowHash) = (guess + 1, found);
            else (high, highHash) = (guess, found);
        }

        var rows = Read(file, PlaceOf(low),
            (Math.Min(_header.Rows, high + 2) - low) * ChapterForm.RowSizeBytes);
        for (var i = 0; i < rows.Length; i += ChapterForm.RowSizeBytes)
            if (HashAt(rows, i) == hash) yield return rows[i..(i + ChapterForm.RowSizeBytes)];
    }

    private int PlaceOf(int row) => ChapterForm.HeaderSizeBytes
        + ((Count + IChapter.BlockSize - 1) / IChapter.BlockSize * ChapterForm.TimesSizeBytes)
        + (row * ChapterForm.RowSizeBytes);

    private static ulong HashAt(byte[] rows, int at) => BinaryPrimitives.ReadUInt64LittleEndian(rows.AsSpan(at));

    private byte[] Read(SafeFileHandle file, int offset, int length, bool orLess = false)
    {
        if (offset < 0 || length < 0) throw Damaged();
        var bytes = new byte[length];
        var read = RandomAccess.Read(file, bytes, offset);
        if (read == length) return bytes;
        return orLess ? bytes[..read] : throw Damaged();
    }

    private InvalidDataException Damaged() => new($"{_path} is damaged.");
}
