using Keyward.Vault.Keystores;

namespace Keyward.Vault.Storage;

/// <summary>Erasing material for good: a change that empties a row's material also takes the row's earlier copies out
/// of the change feed, in the same transaction, or the sealed value would live on there. A node that has not followed
/// yet then lacks the version until it reaches the erasing change, and a missing row only takes away. The same goes for
/// copies that the old root sealed, once a rotation has sealed their rows anew.</summary>
internal static class Erasure
{
    /// <summary>The identities of the rows whose earlier copies go, each with the change from which on copies
    /// stay.</summary>
    public static IReadOnlyDictionary<string, long> ErasedBy(IEnumerable<Change> changes)
    {
        var erased = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var entry in changes.Select(c => c.Entry))
        {
            var isRotation = entry.Rows.Any(IsBridge);
            foreach (var row in entry.Rows)
                if (isRotation || IsErased(row)) erased[row.Identity] = entry.Seq;
        }

        return erased;
    }

    /// <summary>A feed entry's rows without copies that still hold erased material; null where none has to
    /// go.</summary>
    public static IReadOnlyList<Row>? Without(IReadOnlyList<Row> rows, IReadOnlyDictionary<string, long> erased)
    {
        var kept = rows.Where(r => !erased.TryGetValue(r.Identity, out var since) || r.Seq >= since).ToList();
        return kept.Count == rows.Count ? null : kept;
    }

    public static bool IsErased(Row row) =>
        row.Table.MaterialColumn is >= 0 and var column && row.Cells[column].Bytes is { Length: 0 };

    /// <summary>Whether a row is the open bridge of a root's rotation.</summary>
    public static bool IsBridge(Row row) =>
        row.Table == Tables.SealedKey && row.Cells[1].Text == SealKind.RootKey && !IsErased(row);
}
