using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>A movable name of one key in its location.</summary>
public sealed record Alias(AliasName Name, KeyName Key, DateTimeOffset CreateTime, DateTimeOffset UpdateTime)
    : INamed
{
    /// <summary>A deleted alias keeps its row, so that an older row put back would show.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>The version that uses by this name go to; null for the one that the key itself would take.</summary>
    public int? Version { get; init; }

    /// <summary>The key, or the version that it is pinned to.</summary>
    internal string TargetName => Version is { } number ? new VersionName(Key, number).ToString() : Key.ToString();

    internal long Seq { get; init; }

    /// <summary>The name in its project's table: location, a blank (which no location has), alias.</summary>
    private readonly string _tableName = NameIn(Name);

    string INamed.TableName => _tableName;

    internal static string NameIn(AliasName name) => NameIn(name.Parent.Location, name.Alias);

    internal static string NameIn(LocationId location, string alias) => location.Value + " " + alias;

    internal Cell[] ToCells() =>
    [
        Name.Parent.Project.Value, Name.Parent.Location.Value, Name.Alias, Key.Parent.Ring, Key.Key,
        IsDeleted ? 2L : 1L, Micros.Of(CreateTime), Micros.Of(UpdateTime), (long?)Version,
    ];

    internal static Alias Parse(Row row)
    {
        var cells = new RowReader(row);
        var ring = cells.RingName();
        // The row has its columns in the order location, alias, ring: the third is the alias here.
        var name = new AliasName(ring.Parent, ring.Ring);
        var key = new KeyName(new KeyRingName(ring.Parent, cells.Text()), cells.Text());
        var isDeleted = cells.Integer() != 1;
        return new Alias(name, key, cells.Time(), cells.Time())
        {
            IsDeleted = isDeleted, Version = (int?)cells.IntegerOrNull(), Seq = row.Seq,
        };
    }
}
