using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies;

/// <summary>Everything that a condition may look at in one question of rights. Made when the first condition is met;
/// belongs to that question.</summary>
internal sealed class Facts(Snapshot snapshot, Caller caller, Demand demand, Circumstances circumstances)
{
    public Snapshot Snapshot { get; } = snapshot;

    public Caller Caller { get; } = caller;

    public Permission Permission { get; } = demand.Permission;

    public DateTimeOffset Now { get; } = circumstances.Now;

    public Arrival? Arrival { get; } = circumstances.Arrival;

    public ResourceKind ResourceKind { get; } = demand.Kind;

    public string ResourceName { get; } = demand.Resource;

    public string? Project { get; } = demand.Project?.Value;

    /// <summary>The key in question; null where there is none, or none of that name.</summary>
    public Key? Key { get; } = demand.Key is { } key ? snapshot.Find(key)?.Key : null;

    /// <summary>Where the resource lies; null for what lies in no location.</summary>
    public string? Location =>
        ResourceName.Split('/') is ["projects", _, "locations", var location, ..] ? location : null;

    /// <summary>The context of a use, as ciphertexts bind it.</summary>
    public KeyUse.Context Context => Find(AttributeNames.BoundContext) is KeyUse.Context context ? context : default;

    /// <summary>The account number of the resource's project.</summary>
    public string? Account => demand.Project is { } project ? Snapshot.Find(project)?.Project.Account : null;

    /// <summary>What the operation shows of itself, or else its key, by a name of <see
    /// cref="AttributeNames"/>.</summary>
    public object? Find(string name) => circumstances.Attributes?.Find(name, Snapshot) ?? OfKey(name);

    private object? OfKey(string name) => Key is not { } key ? null : name switch
    {
        AttributeNames.Algorithm => key.Algorithm,
        AttributeNames.Imported => key.ImportOnly,
        AttributeNames.ResourceTags => key.Tags.IsEmpty ? key.Labels : key.Tags,
        AttributeNames.ResourceAliases => KeyAliases.Of(Snapshot, key.Name).Select(a => a.Name.Alias).ToArray(),
        AttributeNames.MultiRegion => key.IsMultiRegion,
        AttributeNames.MultiRegionRole => !key.IsMultiRegion ? null : key.IsReplica ? "REPLICA" : "PRIMARY",
        AttributeNames.Provenance => Provenance,
        _ => null,
    };

    /// <summary>Of the version in question, or of the primary one where only the key is named.</summary>
    private string? Provenance
    {
        get
        {
            if (demand.Key is not { } key || Snapshot.Find(key) is not { } entry) return null;
            return (demand.Version is { } number ? entry.Find(number) : entry.Primary)?.Origin.Label();
        }
    }
}
