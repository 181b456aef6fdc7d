using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Keeping;

/// <summary>Up to where a log was pruned. It only ever grows.</summary>
/// <param name="Digest">SHA-256 over the archived bundles' SHA-256, in order, of the last pruning.</param>
public sealed record AuditPruning(string Log, long Index, DateTimeOffset Time, byte[] Digest)
{
    internal long Seq { get; init; }

    internal Cell[] ToCells() => [Log, Index, Micros.Of(Time), Digest];

    internal static AuditPruning Parse(Row row)
    {
        var cells = new RowReader(row);
        return new AuditPruning(cells.Text(), cells.Integer(), cells.Time(), cells.Bytes()) { Seq = row.Seq };
    }
}
