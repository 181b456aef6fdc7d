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

    /// <summary>Roles that a change of bindings touches, as a list.</summary>
    public const string ModifiedRoles = "modified_roles";

    /// <summary>How the material that is used came to be, as a text.</summary>
    public const string Provenance = "provenance";
}
