using System.Buffers;
using System.Collections;

namespace Keyward.Vault.Storage;

/// <summary>All rows of a store between their loading and the first snapshot: packed, since millions of them as objects
/// take ten times the memory. Read in order of their tables, in each in order of the primary key.</summary>
internal sealed class PackedRows : IReadOnlyCollection<Row>
{
    private const int ChunkSizeBytes = 1 << 18;

    private readonly Dictionary<Table, List<byte[]>> _full = [];
    private readonly Dictionary<Table, ArrayBufferWriter<byte>> _open = [];
    private readonly Dictionary<Table, Row> _last = [];
    private readonly HashSet<Table> _unsorted = [];

    public int Count { get; private set; }

    public static PackedRows Of(IEnumerable<Row> rows)
    {
        var packed = new PackedRows();
        foreach (var row in rows) packed.Add(row);
        return packed;
    }

    public void Add(Row row)
    {
        if (!_open.TryGetValue(row.Table, out var chunk))
        {
            _open[row.Table] = chunk = new ArrayBufferWriter<byte>();
            _full[row.Table] = [];
        }

        CellPacking.Write(chunk, row.Seq);
        CellPacking.Write(chunk, row.Seal);
        foreach (var cell in row.Cells) CellPacking.Write(chunk, cell);
        if (_last.TryGetValue(row.Table, out var last) && RowOrder.Compare(last, row) > 0) _unsorted.Add(row.Table);
        _last[row.Table] = row;
        Count++;
        if (chunk.WrittenCount < ChunkSizeBytes) return;
        _full[row.Table].Add(chunk.WrittenSpan.ToArray());
        chunk.ResetWrittenCount();
    }

    /// <summary>The rows of one table in order of its primary key.</summary>
    public IEnumerable<Row> Of(Table table) =>
        _unsorted.Contains(table) ? Read(table).Order(Comparer<Row>.Create(RowOrder.Compare)) : Read(table);

    public IEnumerator<Row> GetEnumerator() => Tables.All.SelectMany(Of).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IEnumerable<Row> Read(Table table)
    {
        if (!_open.TryGetValue(table, out var open)) yield break;
        foreach (var chunk in _full[table].Append(open.WrittenMemory.ToArray()))
            for (var at = 0; at < chunk.Length;)
            {
                var row = Read(table, chunk.AsSpan(at), out var size);
                at += size;
                yield return row;
            }
    }

    private static Row Read(Table table, ReadOnlySpan<byte> chunk, out int size)
    {
        var rest = chunk;
        var seq = CellPacking.Read(ref rest).Integer ?? 0;
        var seal = CellPacking.Read(ref rest).Bytes ?? [];
        var cells = new Cell[table.Columns.Count];
        for (var i = 0; i < cells.Length; i++) cells[i] = CellPacking.Read(ref rest);
        size = chunk.Length - rest.Length;
        return new Row(table, cells, seq, seal);
    }
}
