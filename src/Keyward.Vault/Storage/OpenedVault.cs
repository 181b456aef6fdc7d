using Keyward.Vault.Keystores;

namespace Keyward.Vault.Storage;

/// <summary>What an opened root key gives the gate: the keystore, the deployment's own keys, and the state of the node,
/// which the change lane alone replaces.</summary>
internal sealed class OpenedVault(
    IKeystore keystore, IKeyHierarchy hierarchy, ICredentialKeys credentialKeys, Snapshot snapshot)
{
    private Snapshot _snapshot = snapshot;

    public IKeystore Keystore { get; } = keystore;

    public IKeyHierarchy Hierarchy { get; } = hierarchy;

    public ICredentialKeys CredentialKeys { get; } = credentialKeys;

    /// <summary>A request reads this once and judges everything by what it got.</summary>
    public Snapshot Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>Swaps in the next snapshot, after its change was committed and before it is acknowledged.</summary>
    public void Swap(Snapshot next) => Volatile.Write(ref _snapshot, next);
}
