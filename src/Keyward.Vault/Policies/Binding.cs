namespace Keyward.Vault.Policies;

/// <summary>Members who hold a role, under a condition or always.</summary>
public sealed record Binding(string Role, IReadOnlyList<string> Members, Condition? Condition = null);
