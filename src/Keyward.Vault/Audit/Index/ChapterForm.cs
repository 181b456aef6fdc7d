using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Keyward.Vault.Audit.Index;

/// <summary>How a chapter lies in its file; docs/reference/audit.md has the form. Numbers are little-endian. Every part
/// has its checksum, so that a damaged file is taken for none and never finds too little.</summary>
internal static class ChapterForm
{
    public const int HeaderSizeBytes = 64;
    public const int TimesSizeBytes = 16;
    public const int RowSizeBytes = 28;

    private const int HeaderSumOffset = HeaderSizeBytes - 4;

    private static ReadOnlySpan<byte> Magic => "keywidx2"u8;

    public static string NameOf(long firstIndex) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{firstIndex / IChapter.Size:d10}.chapter");

    public static ulong OriginMark(string origin) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(origin)));

    /// <summary>Rows are ordered by it.</summary>
    public static ulong HashOf(in IndexTerm term) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(KeyOf(term)));

    /// <summary>The term's own bytes, held against what a row says.</summary>
    public static byte[] KeyOf(in IndexTerm term)
    {
        var key = new byte[1 + Encoding.UTF8.GetByteCount(term.Text)];
        key[0] = (byte)term.Field;
        Encoding.UTF8.GetBytes(term.Text, key.AsSpan(1));
        return key;
    }

    public static byte[] Write(OpenChapter chapter, string origin)
    {
        var rows = chapter.Terms.Select(t => (Hash: HashOf(t.Term), Key: KeyOf(t.Term), t.Posting))
            .OrderBy(r => r.Hash).ToList();
        var texts = HeaderSizeBytes + (chapter.Times.Count * TimesSizeBytes) + (rows.Count * RowSizeBytes);
        var postings = texts + rows.Sum(r => 2 + r.Key.Length);
        var ids = postings + rows.Sum(r => r.Posting.Bytes.Length);
        var file = new byte[ids + chapter.Ids.SizeBytes];
        var at = HeaderSizeBytes;
        foreach (var (earliest, latest) in chapter.Times)
        {
            BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(at), earliest);
            BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(at + 8), latest);
            at += TimesSizeBytes;
        }

        var (text, posting) = (texts, postings);
        foreach (var row in rows)
        {
            WriteRow(file, at, row.Hash, text, posting, row.Posting);
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(text), checked((ushort)row.Key.Length));
            row.Key.CopyTo(file, text + 2);
            row.Posting.Bytes.CopyTo(file.AsSpan(posting));
            at += RowSizeBytes;
            text += 2 + row.Key.Length;
            posting += row.Posting.Bytes.Length;
        }

        chapter.Ids.Write(file.AsSpan(ids));
        new ChapterHeader(chapter.FirstIndex, chapter.Count, rows.Count, texts, postings, file.Length,
            Crc32C.Of(file.AsSpan(HeaderSizeBytes..postings)), OriginMark(origin), ids, Crc32C.Of(file.AsSpan(ids)))
            .Write(file);
        return file;
    }

    private static void WriteRow(byte[] file, int at, ulong hash, int text, int offset, Posting posting)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(at), hash);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at + 8), text);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at + 12), offset);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at + 16), posting.Bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at + 20), posting.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at + 24), Crc32C.Of(posting.Bytes));
    }

    /// <summary>What a file begins with.</summary>
    internal readonly record struct ChapterHeader(long FirstIndex, int Count, int Rows, int TextsOffset,
        int PostingsOffset, int Length, uint TablesSum, ulong OriginMark, int IdsOffset, uint IdsSum)
    {
        public void Write(Span<byte> file)
        {
            Magic.CopyTo(file);
            BinaryPrimitives.WriteInt64LittleEndian(file[8..], FirstIndex);
            BinaryPrimitives.WriteInt32LittleEndian(file[16..], Count);
            BinaryPrimitives.WriteInt32LittleEndian(file[20..], Rows);
            BinaryPrimitives.WriteInt32LittleEndian(file[24..], TextsOffset);
            BinaryPrimitives.WriteInt32LittleEndian(file[28..], PostingsOffset);
            BinaryPrimitives.WriteInt32LittleEndian(file[32..], Length);
            BinaryPrimitives.WriteUInt32LittleEndian(file[36..], TablesSum);
            BinaryPrimitives.WriteUInt64LittleEndian(file[40..], OriginMark);
            BinaryPrimitives.WriteInt32LittleEndian(file[48..], IdsOffset);
            BinaryPrimitives.WriteUInt32LittleEndian(file[52..], IdsSum);
            BinaryPrimitives.WriteUInt32LittleEndian(file[HeaderSumOffset..], Crc32C.Of(file[..HeaderSumOffset]));
        }

        /// <summary>Null where it is no whole header.</summary>
        public static ChapterHeader? Read(ReadOnlySpan<byte> file)
        {
            if (file.Length < HeaderSizeBytes || !file.StartsWith(Magic)
                || BinaryPrimitives.ReadUInt32LittleEndian(file[HeaderSumOffset..])
                != Crc32C.Of(file[..HeaderSumOffset])) return null;
            return new ChapterHeader(BinaryPrimitives.ReadInt64LittleEndian(file[8..]),
                BinaryPrimitives.ReadInt32LittleEndian(file[16..]), BinaryPrimitives.ReadInt32LittleEndian(file[20..]),
                BinaryPrimitives.ReadInt32LittleEndian(file[24..]), BinaryPrimitives.ReadInt32LittleEndian(file[28..]),
                BinaryPrimitives.ReadInt32LittleEndian(file[32..]), BinaryPrimitives.ReadUInt32LittleEndian(file[36..]),
                BinaryPrimitives.ReadUInt64LittleEndian(file[40..]), BinaryPrimitives.ReadInt32LittleEndian(file[48..]),
                BinaryPrimitives.ReadUInt32LittleEndian(file[52..]));
        }
    }
}
