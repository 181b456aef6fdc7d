namespace Keyward.Vault.Policies;

/// <summary>A key's own resource policy, compiled from the language it was written in. A key without one delegates
/// everything to its account; a key with one only what an allow there delegates.</summary>
/// <param name="Text">The document as it was put.</param>
internal sealed record KeyPolicy(string Text, IReadOnlyList<Statement> Statements);
