using System.Buffers.Binary;
using System.Globalization;

namespace Keyward.Vault.Audit.Index;

/// <summary>Which record of a chapter has an id: the id's first eight bytes as a number, and the record's number, in
/// order. Ids are random, so that one beginning has one record but by chance; whatever is found is held against the
/// whole id. Belongs to its chapter.</summary>
internal sealed class RecordIds(int capacity)
{
    public const int RowSizeBytes = 10;

    private const int Digits = 16;

    private readonly List<(ulong Id, int Offset)> _rows = new(capacity);

    public int SizeBytes => _rows.Count * RowSizeBytes;

    public static ulong NumberOf(ReadOnlySpan<char> id) => ulong.TryParse(
        id[..Math.Min(Digits, id.Length)], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
        out var number) ? number : 0;

    /// <summary>The same of an id's UTF-8 bytes.</summary>
    public static ulong NumberOf(ReadOnlySpan<byte> id) => ulong.TryParse(
        id[..Math.Min(Digits, id.Length)], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
        out var number) ? number : 0;

    public void Add(ulong id, int offset) => _rows.Add((id, offset));

    public int[] Find(ulong id) => [.. _rows.Where(r => r.Id == id).Select(r => r.Offset)];

    public void Write(Span<byte> destination)
    {
        _rows.Sort();
        for (var i = 0; i < _rows.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination[(i * RowSizeBytes)..], _rows[i].Id);
            BinaryPrimitives.WriteUInt16LittleEndian(
                destination[((i * RowSizeBytes) + 8)..], checked((ushort)_rows[i].Offset));
        }
    }

    public static (ulong Id, int Offset) Row(ReadOnlySpan<byte> row) => (BinaryPrimitives.ReadUInt64LittleEndian(row),
        BinaryPrimitives.ReadUInt16LittleEndian(row[8..]));

    /// <summary>Those that have an id, among so many rows in order.</summary>
    public static int[] Find(ulong id, int count, Func<int, (ulong Id, int Offset)> rowAt)
    {
        var (low, high) = (0, count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (rowAt(middle).Id < id) low = middle + 1;
            else high = middle;
        }

        var found = new List<int>();
        for (; low < count && rowAt(low) is var row && row.Id == id; low++) found.Add(row.Offset);
        return [.. found];
    }
}
