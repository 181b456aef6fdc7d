using System.Buffers.Binary;
using Keyward.Vault.Keystores;

namespace Keyward.Vault.Storage;

/// <summary>Rows as bytes: what a seal covers, and how the feed carries them. Specified in
/// docs/reference/format.md.</summary>
internal static class RowCodec
{
    /// <summary>The bytes under a row's seal: frame("keyward/row/1", table, row format, seq, then every cell). A cell
    /// is
    /// framed with a leading type byte: 0 null, 1 text, 2 integer (8 bytes big-endian), 3 bytes.</summary>
    public static byte[] Framed(Row row) => Framed(row.Table, row.Cells, row.Seq);

    public static byte[] Framed(Table table, Cell[] cells, long seq)
    {
        var fields = new byte[4 + cells.Length][];
        fields[0] = RowLabel;
        fields[1] = Frame.Text(table.Name);
        fields[2] = Frame.Number(table.Format);
        fields[3] = Frame.Number(seq);
        for (var i = 0; i < cells.Length; i++) fields[4 + i] = CellBytes(cells[i]);
        return Frame.Of(fields);
    }

    /// <summary>The bytes of a row's term in the state sum: what the seal covers, and the seal.</summary>
    public static byte[] SumTerm(Row row) => Frame.Of(SumLabel, Framed(row), row.Seal);

    public static byte[] Encode(IReadOnlyList<Row> rows)
    {
        var encoded = new byte[rows.Count][];
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            var fields = new byte[3 + row.Cells.Length][];
            fields[0] = Frame.Text(row.Table.Name);
            fields[1] = Frame.Number(row.Seq);
            fields[2] = row.Seal;
            for (var j = 0; j < row.Cells.Length; j++) fields[3 + j] = CellBytes(row.Cells[j]);
            encoded[i] = Frame.Of(fields);
        }

        return Frame.Of(encoded);
    }

    /// <summary>Reads what <see cref="Encode"/> wrote. Throws <see cref="FormatException"/> on anything else.</summary>
    public static IReadOnlyList<Row> Decode(ReadOnlySpan<byte> encoded)
    {
        var rows = new List<Row>();
        while (!encoded.IsEmpty)
        {
            var fields = Next(ref encoded);
            var name = System.Text.Encoding.UTF8.GetString(Next(ref fields));
            var table = Tables.All.FirstOrDefault(t => t.Name == name) ?? throw Malformed();
            var seqBytes = Next(ref fields);
            if (seqBytes.Length != 8) throw Malformed();
            var seal = Next(ref fields).ToArray();
            var cells = new Cell[table.Columns.Count];
            for (var i = 0; i < cells.Length; i++) cells[i] = ParseCell(Next(ref fields));
            if (!fields.IsEmpty) throw Malformed();
            rows.Add(new Row(table, cells, BinaryPrimitives.ReadInt64BigEndian(seqBytes), seal));
        }

        return rows;
    }

    private static readonly byte[] RowLabel = "keyward/row/1"u8.ToArray();
    private static readonly byte[] SumLabel = "keyward/sum/1"u8.ToArray();

    private static byte[] CellBytes(Cell cell)
    {
        if (cell.Text is { } text) return [1, .. Frame.Text(text)];
        if (cell.Integer is { } integer) return [2, .. Frame.Number(integer)];
        if (cell.Bytes is { } bytes) return [3, .. bytes];
        return [0];
    }

    private static Cell ParseCell(ReadOnlySpan<byte> field) => field switch
    {
        [0] => Cell.Null,
        [1, .. var text] => System.Text.Encoding.UTF8.GetString(text),
        [2, .. var integer] when integer.Length == 8 => BinaryPrimitives.ReadInt64BigEndian(integer),
        [3, .. var bytes] => bytes.ToArray(),
        _ => throw Malformed(),
    };

    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest) =>
        Frame.TryRead(ref rest, out var field) ? field : throw Malformed();

    private static FormatException Malformed() => new("The bytes are not framed rows.");
}
