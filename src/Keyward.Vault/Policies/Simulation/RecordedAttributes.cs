using Keyward.Vault.Policies.Questions;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.Simulation;

/// <summary>What a recorded call shows to conditions. A record has sizes where the call had values: when a condition
/// looks at one of those, that is noted, and the judgement is not certain.</summary>
internal sealed class RecordedAttributes(RecordedCall call) : IRequestAttributes
{
    /// <summary>A condition looked at something that the record does not have.</summary>
    public bool HasMissed { get; private set; }

    public object? Find(string name, Snapshot snapshot)
    {
        var isKnown = name switch
        {
            AttributeNames.Context or AttributeNames.BoundContext => !call.HasContext,
            // These are the key's own where there is a key.
            AttributeNames.Imported or AttributeNames.ResourceTags or AttributeNames.ResourceAliases
                or AttributeNames.MultiRegion or AttributeNames.MultiRegionRole or AttributeNames.Provenance
                or AttributeNames.Algorithm =>
                call.Resource?.Contains("/cryptoKeys/", StringComparison.Ordinal) == true,
            _ => false,
        };
        HasMissed |= !isKnown;
        return null;
    }
}
