using System.Globalization;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Witnessing;

/// <summary>Somebody else's log that is witnessed here. Invariant: what is vouched for only ever grows, each time by
/// proof; a log that was taken out and comes back goes on where it was.</summary>
/// <param name="Size">Of the last checkpoint that was vouched for; 0 for none yet.</param>
public sealed record WitnessedLog(
    string Origin, IReadOnlyList<VerifierKey> Keys, bool IsActive, long Size, byte[] Root, DateTimeOffset CreateTime,
    DateTimeOffset UpdateTime)
{
    private const int Active = 1;
    private const int Removed = 2;

    internal long Seq { get; init; }

    internal static WitnessedLog Make(string origin, IReadOnlyList<VerifierKey> keys, DateTimeOffset now) =>
        new(origin, keys, true, 0, Merkle.EmptyRoot, now, now);

    internal Cell[] ToCells() =>
    [
        Origin, string.Join('\n', Keys), IsActive ? Active : Removed, Size, Root, Micros.Of(CreateTime),
        Micros.Of(UpdateTime),
    ];

    internal static WitnessedLog Parse(Row row)
    {
        var cells = new RowReader(row);
        return new WitnessedLog(cells.Text(), VerifierKey.ParseLines(cells.Text()), cells.Integer() == Active,
            cells.Integer(), cells.Bytes(), cells.Time(), cells.Time()) { Seq = row.Seq };
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Origin} {Size}");
}
