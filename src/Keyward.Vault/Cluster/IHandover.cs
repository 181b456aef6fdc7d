using Keyward.Vault.Gate;

namespace Keyward.Vault.Cluster;

/// <summary>What a node hands to one that joins: the root key, and where the store is. It is sealed to a key that the
/// joining node made for the occasion, and is nowhere in clear.</summary>
internal interface IHandover
{
    /// <summary>The sealed package, or why this node cannot make one.</summary>
    /// <param name="recipient">The public half of the joining node's key.</param>
    Outcome<byte[]> SealFor(string recipient);
}
