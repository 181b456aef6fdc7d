using Keyward.Vault.Policies.Documents;

namespace Keyward.Vault.Policies;

/// <summary>A key's own resource policy. A key without one delegates everything to its account; a key with one only
/// what an allow there delegates. The text is the truth; it is compiled when the first question meets it, so that a
/// start with a million keys compiles none. A stored text that this program cannot compile denies everything.</summary>
internal sealed class KeyPolicy(string text)
{
    private static readonly Statement[] DenyAll =
    [
        new(Effect.Deny, new Principals([Principals.AllUsers]), new PermissionSet(PermissionMask.All),
            new RuleLabel(PolicyChain.KeyName, RuleLabel.KeyPolicy, "unreadable")),
    ];

    private IReadOnlyList<Statement>? _statements;

    /// <summary>The document as it was put.</summary>
    public string Text { get; } = text;

    // Two threads may both compile; either result is the same.
    public IReadOnlyList<Statement> Statements => _statements ??=
        PolicyDocument.Compile(Text, DocumentKind.Key, out _)?.Statements ?? DenyAll;
}
