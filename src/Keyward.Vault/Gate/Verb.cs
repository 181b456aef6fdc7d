using System.Collections.Frozen;

namespace Keyward.Vault.Gate;

/// <summary>Which kind of access an operation is, for retention and for the vendors' log names.</summary>
public enum OperationClass
{
    Unspecified = 0,
    AdminRead = 1,
    AdminWrite = 2,
    DataRead = 3,
    DataWrite = 4,
}

/// <summary>An operation's neutral name, the same at every door.</summary>
public sealed record Verb(string Name, OperationClass Class)
{
    /// <summary>A request that was refused before its operation was known.</summary>
    public static readonly Verb Other = new("other", OperationClass.DataRead);

    /// <summary>What carries material out: a backup does, sealed, which is all that can leave.</summary>
    internal static readonly FrozenSet<string> Exports =
        new[] { "create_backup", "export_key", "export_version" }.ToFrozenSet(StringComparer.Ordinal);

    internal bool IsExport => Exports.Contains(Name);

    internal string ClassLabel => Class switch
    {
        OperationClass.AdminRead => "admin_read",
        OperationClass.AdminWrite => "admin_write",
        OperationClass.DataRead => "data_read",
        OperationClass.DataWrite => "data_write",
        OperationClass.Unspecified => "data_read",
    };
}
