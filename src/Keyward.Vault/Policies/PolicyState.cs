using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Keyward.Vault.Policies;

/// <summary>All documents of one resource as its row holds them: bindings, deny rules, a key's own policy; their text,
/// and the number of their revision, 0 before the first was set. They stand in the row of what they protect, so that
/// no deletion of rows takes a deny away.</summary>
internal sealed record PolicyState
{
    public static readonly PolicyState None = new();

    /// <summary>What Google's services answer as the etag of a policy that nobody set.</summary>
    private static readonly byte[] EtagOfNone = [0x00, 0x20, 0x01];

    private PolicyState()
    {
    }

    public Policy Policy { get; private init; } = Policy.Empty;

    public DenyRules Deny { get; private init; } = DenyRules.None;

    /// <summary>Null where a key has the default: everything is delegated to its account.</summary>
    public KeyPolicy? KeyPolicy { get; private init; }

    public string? Text { get; private init; }

    public long Revision { get; private init; }

    public bool IsEmpty => Text is null;

    /// <summary>What a read-modify-write must show again: it changes with every revision and every text.</summary>
    public byte[] Etag => Revision == 0 ? EtagOfNone : SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{Revision}:{Text}")))[..8];

    /// <summary>A policy that a new resource begins with.</summary>
    public static PolicyState First(Policy policy) => None.Next(policy);

    /// <summary>What the resource was at another time, as its next revision.</summary>
    public PolicyState Next(PolicyState other) => other with { Revision = Revision + 1 };

    public PolicyState Next(Policy policy) => Next(policy, Deny, KeyPolicy);

    public PolicyState Next(DenyRules deny) => Next(Policy, deny, KeyPolicy);

    public PolicyState Next(KeyPolicy document) => Next(Policy, Deny, document);

    public static PolicyState Parse(string? text, long revision)
    {
        if (text is null) return revision == 0 ? None : new PolicyState { Revision = revision };
        var stored = JsonSerializer.Deserialize(text, PolicyJson.Default.StoredPolicy)
            ?? throw new FormatException("A stored policy is not an object.");
        return new PolicyState
        {
            Policy = stored.Bindings is null && stored.Audit is null
                ? Policy.Empty : new Policy(stored.Bindings ?? [], stored.Audit),
            Deny = stored.Deny is { } rules ? new DenyRules(rules) : DenyRules.None,
            KeyPolicy = stored.Document is { } document ? new KeyPolicy(document) : null,
            Text = text,
            Revision = revision,
        };
    }

    private PolicyState Next(Policy policy, DenyRules deny, KeyPolicy? document) => this with
    {
        Policy = policy,
        Deny = deny,
        KeyPolicy = document,
        Revision = Revision + 1,
        Text = JsonSerializer.Serialize(
            new StoredPolicy(
                policy.Bindings.Count == 0 ? null : policy.Bindings,
                policy.AuditConfigs.Count == 0 ? null : policy.AuditConfigs,
                deny.IsEmpty ? null : deny.Rules, document?.Text), PolicyJson.Default.StoredPolicy),
    };
}

/// <summary>The text of a policy column (docs/reference/format.md); what is absent is empty.</summary>
internal sealed record StoredPolicy(
    IReadOnlyList<Binding>? Bindings, IReadOnlyList<AuditConfig>? Audit, IReadOnlyList<DenyRule>? Deny,
    string? Document);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoredPolicy))]
internal sealed partial class PolicyJson : JsonSerializerContext;
