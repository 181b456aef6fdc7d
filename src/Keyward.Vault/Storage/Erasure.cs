namespace Keyward.Vault.Storage;

/// <summary>Erasing material for good: a change that empties a row's material also takes the row's earlier copies out
/// of the change feed, in the same transaction, or the sealed value would live on there. A node that has not followed
/// yet then lacks the version until it reaches the erasing change, and a missing row only takes away.</summary>
internal static class Erasure
{
    /// <summary>The identities of the rows that changes leave without material.</summary>
    public static IReadOnlySet<string> ErasedBy(IEnumerable<Change> changes) => changes
        .SelectMany(c => c.Entry.Rows).Where(IsErased).Select(r => r.Identity).ToHashSet(StringComparer.Ordinal);

    /// <summary>A feed entry's rows without copies that still hold erased material; null where none has to
    /// go.</summary>
    public static IReadOnlyList<Row>? Without(IReadOnlyList<Row> rows, IReadOnlySet<string> erased)
    {
        var kept = rows.Where(r => IsErased(r) || !erased.Contains(r.Identity)).ToList();
        return kept.Count == rows.Count ? null : kept;
    }

    public static bool IsErased(Row row) =>
        row.Table.MaterialColumn is >= 0 and var column && row.Cells[column].Bytes is { Length: 0 };
}
