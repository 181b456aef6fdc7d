using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Keyward.Vault.Policies;
using Keyward.Vault.Policies.Documents;

namespace Keyward.Vault.Identities;

/// <summary>The policies that stand on a principal itself, by name: documents in AWS's language, in the principal's own
/// row, so that no deletion of rows takes a deny away. Immutable; compiled when the first question meets
/// them.</summary>
internal sealed class IdentityPolicies
{
    public const int MaximumPolicies = 10;

    public static readonly IdentityPolicies None = new(Empty);

    private static readonly Statement[] DenyAll =
    [
        new(Effect.Deny, new Principals([Principals.AllUsers]), new PermissionSet(PermissionMask.All),
            new RuleLabel("principal", RuleLabel.IdentityPolicy, "unreadable")),
    ];

    private IReadOnlyList<Statement>? _statements;

    private IdentityPolicies(ImmutableSortedDictionary<string, string> documents) => Documents = documents;

    private static ImmutableSortedDictionary<string, string> Empty =>
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public ImmutableSortedDictionary<string, string> Documents { get; }

    public IReadOnlyList<Statement> Statements => _statements ??= [.. Documents.SelectMany(d => StatementsOf(d.Value)
        .Select(s => s with { Label = s.Label with { Rule = $"{d.Key}/{s.Label.Rule}" } }))];

    public string? ToText() => Documents.IsEmpty
        ? null : JsonSerializer.Serialize(Documents, IdentityPoliciesJson.Default.IReadOnlyDictionaryStringString);

    public static IdentityPolicies Parse(string? text) => text is null
        ? None
        : new IdentityPolicies(
            JsonSerializer.Deserialize(text, IdentityPoliciesJson.Default.IReadOnlyDictionaryStringString)!
                .ToImmutableSortedDictionary(StringComparer.Ordinal));

    public IdentityPolicies With(string name, string? document) =>
        new(document is null ? Documents.Remove(name) : Documents.SetItem(name, document));

    private static IReadOnlyList<Statement> StatementsOf(string document) =>
        PolicyDocument.Compile(document, DocumentKind.Identity, out _)?.Statements ?? DenyAll;
}

[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class IdentityPoliciesJson : JsonSerializerContext;
