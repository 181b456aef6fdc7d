using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Keeping;

/// <summary>A case for which records must stay. While it stands, nothing from its beginning on is pruned from any log.
/// Lifted is a state of the row.</summary>
/// <param name="From">Records from this time on; null for all.</param>
public sealed record AuditHold(
    string Name, string Reason, DateTimeOffset? From, bool IsActive, DateTimeOffset CreateTime, string CreatedBy)
{
    private const int Active = 1;
    private const int Lifted = 2;

    internal long Seq { get; init; }

    internal Cell[] ToCells() =>
    [
        Name, Reason, From is { } from ? Micros.Of(from) : (long?)null, IsActive ? Active : Lifted,
        Micros.Of(CreateTime), CreatedBy,
    ];

    internal static AuditHold Parse(Row row)
    {
        var cells = new RowReader(row);
        return new AuditHold(cells.Text(), cells.Text(), cells.TimeOrNull(), cells.Integer() == Active, cells.Time(),
            cells.Text()) { Seq = row.Seq };
    }
}
