using System.Buffers.Binary;
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

    private ChapterFile(string path, ChapterForm.ChapterHeader header) => (_path, _header) = (path, header);

    public long FirstIndex => _header.FirstIndex;

    public int Count => _header.Count;

    public int SizeBytes => _header.Length;

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
