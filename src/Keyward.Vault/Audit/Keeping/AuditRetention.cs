using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Keeping;

/// <summary>How long records stay at least, by their class. It can be lengthened, never shortened: what was promised
/// when a record was written holds for it.</summary>
public sealed record AuditRetention(int DataDays, int AdminDays)
{
    public const int MaximumDays = 36_525;

    /// <summary>Uses of keys more than a year, administration seven.</summary>
    public static readonly AuditRetention Default = new(400, 2_557);

    internal long Seq { get; init; }

    /// <summary>From when on a record of a class may go.</summary>
    public DateTimeOffset EndOf(string recordClass, DateTimeOffset time) =>
        time.AddDays(recordClass.StartsWith("data_", StringComparison.Ordinal) ? DataDays : AdminDays);

    internal Cell[] ToCells() => ["deployment", (long)DataDays, (long)AdminDays];

    internal static AuditRetention Parse(Row row)
    {
        var cells = new RowReader(row);
        cells.Text();
        return new AuditRetention((int)cells.Integer(), (int)cells.Integer()) { Seq = row.Seq };
    }
}
