namespace Keyward.Vault.Storage;

internal enum ColumnType
{
    Text = 1,
    Integer = 2,
    Bytes = 3,
}

/// <summary>A column of a table of rows that carry authority. Null is allowed only where <paramref
/// name="Nullable"/>.</summary>
internal sealed record Column(string Name, ColumnType Type, bool Nullable = false)
{
    /// <summary>What most rows have there: nothing, or zero where a number has to be.</summary>
    public Cell Usual { get; } = Type == ColumnType.Integer && !Nullable ? 0L : Cell.Null;
}

/// <summary>A table of sealed rows: its name, the row format that its seal names, and its columns in the order in which
/// the seal frames them. The first <paramref name="KeyColumns"/> columns are the primary key. Every table has two more
/// columns in the store: <c>seq</c>, the change that last wrote the row, and <c>seal</c>.</summary>
/// <remarks>A column is only ever added at the end, with a new row format; docs/reference/format.md lists them
/// all.</remarks>
internal sealed record Table(string Name, int Format, int KeyColumns, IReadOnlyList<Column> Columns)
{
    /// <summary>The column of sealed material, in a table that has one. A row in which it is empty says that the
    /// material was erased: see <see cref="Erasure"/>.</summary>
    public string? Material
    {
        get;
        init => (field, MaterialColumn) = (value, value is null ? -1 : IndexOf(value));
    }

    public int MaterialColumn { get; private init; } = -1;

    public int IndexOf(string column) => Columns.ToList().FindIndex(c => c.Name == column);
}

/// <summary>One cell: exactly one of the three forms, or null.</summary>
internal readonly record struct Cell
{
    private Cell(string? text, long? integer, byte[]? bytes) => (Text, Integer, Bytes) = (text, integer, bytes);

    public string? Text { get; }

    public long? Integer { get; }

    public byte[]? Bytes { get; }

    public bool IsNull => Text is null && Integer is null && Bytes is null;

    public static Cell Null => default;

    public static implicit operator Cell(string? text) => new(text, null, null);

    public static implicit operator Cell(long integer) => new(null, integer, null);

    public static implicit operator Cell(long? integer) => new(null, integer, null);

    public static implicit operator Cell(byte[]? bytes) => new(null, null, bytes);
}

/// <summary>A row as it lies in the store: cells in the table's order, the sequence number of the change that wrote it,
/// and its seal. The store keeps it whole and judges nothing.</summary>
internal sealed record Row(Table Table, Cell[] Cells, long Seq, byte[] Seal)
{
    /// <summary>Table and primary key as one text: rows of the same text are the same row at different times.</summary>
    public string Identity => Table.Name + "\n" + string.Join('\n', Cells.Take(Table.KeyColumns).Select(c =>
        c.Text ?? (c.Bytes is { } bytes ? Convert.ToHexString(bytes) : $"{c.Integer}")));
}
