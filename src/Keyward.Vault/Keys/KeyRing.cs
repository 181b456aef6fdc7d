using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>A group of keys in one location; it is never deleted or renamed.</summary>
public sealed record KeyRing(KeyRingName Name, DateTimeOffset CreateTime)
{
    internal PolicyState Policy { get; init; } = PolicyState.None;

    internal long Seq { get; init; }

    internal Cell[] ToCells() =>
    [
        Name.Project.Value, Name.Parent.Location.Value, Name.Ring, Micros.Of(CreateTime), Policy.Text, Policy.Revision,
    ];

    internal static KeyRing Parse(Row row)
    {
        var cells = new RowReader(row);
        return new KeyRing(cells.RingName(), cells.Time()) { Policy = cells.Policy(), Seq = row.Seq };
    }
}
