using System.Collections.Frozen;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;

namespace Keyward.Vault.Policies.Conditions;

/// <summary>What an expression may look at: its name, its type, and how it is read. Null is absent, which makes the
/// condition fail. docs/reference/iam.md lists them; a test compares.</summary>
internal sealed record Attribute(string Name, ValueType Type, Func<Facts, object?> Read)
{
    private static readonly Attribute[] Table =
    [
        new("resource.name", ValueType.Text, f => f.ResourceName),
        new("resource.type", ValueType.Text, f => TypeOf(f.ResourceKind)),
        new("resource.service", ValueType.Text, f => ServiceOf(f.ResourceKind)),
        new("request.time", ValueType.Time, f => f.Now),
        new("request.ip", ValueType.Text, f => NullIfEmpty(f.Arrival?.Source.Ip)),
        new("request.door", ValueType.Text, f => f.Arrival?.Door.Label()),
        new("request.permission", ValueType.Text, f => f.Permission.Name()),
        new("request.context", ValueType.TextMap, f => f.Find(AttributeNames.Context)),
        new("principal.type", ValueType.Text, f => f.Caller.Type),
        new("principal.subject", ValueType.Text, f => f.Caller.Member),
        new("principal.email", ValueType.Text, f => f.Caller.Email),
        new("principal.project", ValueType.Text, f => f.Caller.Project?.Value),
        new("principal.credential", ValueType.Text, f => f.Caller.CredentialId),
        new("principal.attributes", ValueType.TextMap, f => f.Caller.Attributes),
        new("key.purpose", ValueType.Text, f => f.Key?.Purpose.ToString()),
        new("key.protectionLevel", ValueType.Text, f => f.Key?.ProtectionLevel.ToString()),
        new("key.labels", ValueType.TextMap, f => f.Key?.Labels),
        new("key.provenance", ValueType.Text, f => f.Find(AttributeNames.Provenance)),
    ];

    private static readonly FrozenDictionary<string, Attribute> ByName = Table.ToFrozenDictionary(a => a.Name);

    public static IReadOnlyList<Attribute> All => Table;

    public static Attribute? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The attributes below a name, for the sentence that helps.</summary>
    public static string Under(string root) => string.Join(", ",
        Table.Where(a => a.Name.StartsWith(root + ".", StringComparison.Ordinal)).Select(a => a.Name));

    private static string TypeOf(ResourceKind kind) => kind switch
    {
        ResourceKind.KeyRing => "cloudkms.googleapis.com/KeyRing",
        ResourceKind.Key => "cloudkms.googleapis.com/CryptoKey",
        ResourceKind.Version => "cloudkms.googleapis.com/CryptoKeyVersion",
        ResourceKind.ImportJob => "cloudkms.googleapis.com/ImportJob",
        ResourceKind.Location => "cloud.googleapis.com/Location",
        ResourceKind.Project => "cloudresourcemanager.googleapis.com/Project",
        ResourceKind.Deployment => "keyward/Deployment",
        ResourceKind.Alias => "keyward/Alias",
        ResourceKind.Other => "keyward/Other",
    };

    private static string ServiceOf(ResourceKind kind) => kind switch
    {
        ResourceKind.KeyRing or ResourceKind.Key or ResourceKind.Version or ResourceKind.ImportJob
            => "cloudkms.googleapis.com",
        ResourceKind.Location => "cloud.googleapis.com",
        ResourceKind.Project => "cloudresourcemanager.googleapis.com",
        ResourceKind.Deployment or ResourceKind.Alias or ResourceKind.Other => "keyward",
    };

    private static string? NullIfEmpty(string? text) => text is { Length: > 0 } ? text : null;
}
