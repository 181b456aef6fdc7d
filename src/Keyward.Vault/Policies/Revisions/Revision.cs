using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.Revisions;

/// <summary>One change of a policy, role or group: what it was from then on, by whom, and why.</summary>
/// <param name="Subject">The full name of what was changed.</param>
/// <param name="Number">From 1, without gaps, by subject.</param>
/// <param name="Reason">As the caller gave it.</param>
/// <param name="Text">The state after the change, as the row holds it; null for none.</param>
public sealed record Revision(
    string Subject, long Number, DateTimeOffset Time, string Principal, string? Reason, string? Text)
{
    internal long Seq { get; init; }

    internal Cell[] ToCells() => [Subject, Number, Micros.Of(Time), Principal, Reason, Text];

    internal static Revision Parse(Row row)
    {
        var cells = new RowReader(row);
        return new Revision(cells.Text(), cells.Integer(), cells.Time(), cells.Text(), cells.TextOrNull(),
            cells.TextOrNull()) { Seq = row.Seq };
    }
}
