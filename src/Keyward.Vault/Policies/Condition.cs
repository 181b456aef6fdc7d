namespace Keyward.Vault.Policies;

/// <summary>A binding's condition as it is kept and shown (google.type.Expr); the expression is in the language of
/// <see cref="Conditions.Expression"/>.</summary>
public sealed record Condition(string Title, string Expression, string? Description = null, string? Location = null);
