namespace Keyward.Vault.Audit.Index;

/// <summary>By what records are found. The numbers stand in index files.</summary>
internal enum IndexField : byte
{
    Unspecified = 0,

    /// <summary>A part of a resource's name between slashes, such as a key's id; the words of the name's form are
    /// none.</summary>
    ResourcePart = 1,

    /// <summary>A principal's whole name.</summary>
    Principal = 2,

    /// <summary>What of it stands before the <c>@</c>.</summary>
    PrincipalLocal = 3,
    Ip = 4,

    /// <summary>The address's network, see <see cref="Gate.PeerNetwork"/>.</summary>
    Network = 5,
    Operation = 6,
    Outcome = 7,
    Project = 8,

    /// <summary>A key's full name, whether the record names the key or one of its versions.</summary>
    Key = 9,
}

/// <summary>A field and what it says in a record.</summary>
internal readonly record struct IndexTerm(IndexField Field, string Text);
