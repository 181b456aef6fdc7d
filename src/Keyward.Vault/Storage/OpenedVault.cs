using Keyward.Vault.Cluster;
using Keyward.Vault.Keystores;

namespace Keyward.Vault.Storage;

/// <summary>What an opened root key gives the gate: the keystore, the deployment's own keys, and the state of the node,
/// which only ever moves forward.</summary>
internal sealed class OpenedVault(
    IKeystore keystore, IKeyHierarchy hierarchy, ICredentialKeys credentialKeys, Snapshot snapshot)
{
    private readonly Lock _swapping = new();
    private Snapshot _snapshot = snapshot;
    private volatile bool _isDraining;
    private volatile string _heldRoot = "";

    public IKeystore Keystore { get; } = keystore;

    public IKeyHierarchy Hierarchy { get; } = hierarchy;

    public ICredentialKeys CredentialKeys { get; } = credentialKeys;

    /// <summary>How long the snapshot may be judged by.</summary>
    public Lease Lease { get; init; } = Lease.Unlimited;

    /// <summary>An operator wants this node to get no more traffic; what comes is still served.</summary>
    public bool IsDraining { get => _isDraining; set => _isDraining = value; }

    /// <summary>The check value of the root that this node keeps by its own seal; another than the present one's until
    /// a rotation has reached its files.</summary>
    public string HeldRoot { get => _heldRoot; set => _heldRoot = value; }

    /// <summary>Brings this node's seal up to the present root; called by who rotates it, and from time to
    /// time.</summary>
    public Action KeepRoot { get; set; } = () => { };

    /// <summary>Where the state lies; for reading it whole. It is changed by the lane alone.</summary>
    public IStore? Store { get; init; }

    /// <summary>The term in which this node runs jobs; null where there is one node.</summary>
    public Func<long>? LeaderTerm { get; set; }

    /// <summary>Which calls that named themselves were carried out.</summary>
    public RecentOperations Operations { get; } = new();

    /// <summary>The rates that are counted here; null where nobody shares them.</summary>
    public Quotas.RateMeter? Rates { get; set; }

    /// <summary>What a node that joins gets; null where there is one node.</summary>
    public IHandover? Handover { get; set; }

    /// <summary>The nodes that share the store; null where there is one.</summary>
    public NodeBoard? Nodes { get; set; }

    /// <summary>Which store this is: a restore makes another one.</summary>
    public byte[] Incarnation { get; init; } = [];

    /// <summary>A request reads this once and judges everything by what it got.</summary>
    public Snapshot Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>Swaps in the next snapshot, after its change was committed and before it is acknowledged. One that is
    /// older than the present one changes nothing: the present one contains it.</summary>
    public void Swap(Snapshot next)
    {
        lock (_swapping)
            if (next.Seq > _snapshot.Seq) Volatile.Write(ref _snapshot, next);
    }
}
