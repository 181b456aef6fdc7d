namespace Keyward.Vault.Storage;

/// <summary>The order of rows of one table by their primary key, as a store's own: texts by their code units, which for
/// names is by their bytes.</summary>
internal static class RowOrder
{
    public static int Compare(Row left, Row right) => Compare(left, right, left.Table.KeyColumns);

    /// <summary>Rows of two tables whose first columns name the same things.</summary>
    public static int Compare(Row left, Row right, int columns)
    {
        for (var i = 0; i < columns; i++)
            if (Compare(left.Cells[i], right.Cells[i]) is not 0 and var order) return order;
        return 0;
    }

    private static int Compare(Cell left, Cell right)
    {
        if (left.Text is { } text) return string.CompareOrdinal(text, right.Text);
        if (left.Integer is { } number) return number.CompareTo(right.Integer ?? long.MinValue);
        return left.Bytes.AsSpan().SequenceCompareTo(right.Bytes);
    }
}
