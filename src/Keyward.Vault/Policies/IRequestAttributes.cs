namespace Keyward.Vault.Policies;

/// <summary>What an operation shows of itself to conditions, by name, asked for only when a condition looks. A value is
/// a text, a <see cref="long"/>, a <see cref="bool"/>, a time, a list of texts, or a map of texts; null is absent. The
/// names stand in <see cref="AttributeNames"/>.</summary>
internal interface IRequestAttributes
{
    /// <param name="snapshot">The state that the question is judged by.</param>
    object? Find(string name, Storage.Snapshot snapshot);
}

/// <summary>The neutral names of what operations show; each policy language has its own words for them.</summary>
internal static class AttributeNames
{
    /// <summary>The encryption context's pairs, as a map. Absent where the context is opaque bytes.</summary>
    public const string Context = "context";

    /// <summary>The same as a <see cref="KeyUse.Context"/>, whatever its kind.</summary>
    public const string BoundContext = "bound_context";

    /// <summary>Roles that a change of bindings touches, as a list.</summary>
    public const string ModifiedRoles = "modified_roles";

    /// <summary>How the material that is used came to be, as a text.</summary>
    public const string Provenance = "provenance";

    /// <summary>Of a grant that is to be made or ended: principals by any of their names, operations as a list, the
    /// constraint's kind as a text.</summary>
    public const string Grantee = "grantee";
    public const string RetiringPrincipal = "retiring_principal";
    public const string GrantOperations = "grant_operations";
    public const string GrantConstraint = "grant_constraint";

    /// <summary>Of a policy document: whether the check against locking oneself out is left out.</summary>
    public const string BypassesLockoutCheck = "bypasses_lockout_check";

    /// <summary>An <see cref="Algorithms.Algorithm"/>: of the key, or of the key that is to be made.</summary>
    public const string Algorithm = "algorithm";

    /// <summary>An <see cref="Algorithms.Scheme"/> that the caller chose, where one is chosen.</summary>
    public const string Scheme = "scheme";

    /// <summary>An <see cref="Algorithms.SignatureInput"/>.</summary>
    public const string SignatureInput = "signature_input";

    /// <summary>The algorithm of a data key pair, or its name.</summary>
    public const string DataKeyPair = "data_key_pair";

    /// <summary>Whether the key's material comes from outside, as a flag.</summary>
    public const string Imported = "imported";
    public const string ImportExpires = "import_expires";
    public const string ImportValidTo = "import_valid_to";

    /// <summary>An <see cref="Imports.ImportMethod"/>.</summary>
    public const string WrappingMethod = "wrapping_method";

    /// <summary>Several locations: a flag; <c>PRIMARY</c> or <c>REPLICA</c>; a location to come.</summary>
    public const string MultiRegion = "multi_region";
    public const string MultiRegionRole = "multi_region_role";
    public const string PrimaryLocation = "primary_location";
    public const string ReplicaLocation = "replica_location";

    /// <summary>A re-encryption from a key to itself, as a flag.</summary>
    public const string OnSameKey = "on_same_key";

    /// <summary>The alias by which the request names the key; all aliases of the key, as a list.</summary>
    public const string RequestAlias = "request_alias";
    public const string ResourceAliases = "resource_aliases";
    public const string RotationDays = "rotation_days";
    public const string DeletionWindowDays = "deletion_window_days";

    /// <summary>Tags that the request sets, as a map; names of tags that it takes away, as a list; the key's own, as a
    /// map.</summary>
    public const string Tags = "tags";
    public const string TagKeys = "tag_keys";
    public const string ResourceTags = "resource_tags";
}
