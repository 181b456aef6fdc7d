using Keyward.Vault.Audit;
using Keyward.Vault.Cluster;
using Keyward.Vault.Gate;
using Keyward.Vault.Quotas;
using Keyward.Vault.Storage;
using Microsoft.Extensions.Logging;

namespace Keyward.Server;

/// <summary>This node's place among those that share a store: its lease, its wait for the others, its turn as
/// leader.</summary>
internal sealed class NodeMembership : IAsyncDisposable
{
    /// <summary>How long a node may be gone before another brings its committed records into a log.</summary>
    private static readonly TimeSpan AdoptAfter = TimeSpan.FromSeconds(60);

    private readonly NodeSync _sync;
    private readonly Propagation _propagation;
    private readonly Leader _leader;
    private readonly ChangeLane _lane;
    private readonly OpenedVault _vault;
    private IReadOnlyList<string> _addresses = [];

    private NodeMembership(
        NodeSync sync, Propagation propagation, Leader leader, ChangeLane lane, OpenedVault vault) =>
        (_sync, _propagation, _leader, _lane, _vault) = (sync, propagation, leader, lane, vault);

    /// <summary>Told the addresses of all nodes whenever they change: what is meant for one may be shown to
    /// any.</summary>
    public Action<IReadOnlyList<string>>? AddressesChanged { get; set; }

    /// <summary>What this node knows of the logs of all.</summary>
    public required LogWatch Logs { get; init; }

    public required StoreMemory Memory { private get; init; }

    public bool IsLeading => _leader.IsLeading;

    public NodeSync Sync => _sync;

    public static async Task<NodeMembership> JoinAsync(INodeStore nodes, IStore store, DataFolder folder,
        OpenedVault vault, ChangeLane lane, NodeIdentity me, Action<GateStatus> damaged, TimeProvider time,
        ILogger logger, CancellationToken cancellation)
    {
        var sync = new NodeSync(nodes, store, vault, me, time, logger) { Damaged = damaged };
        var propagation = new Propagation(sync, vault, time);
        lane.Propagation = propagation;
        var logs = new LogWatch(folder, nodes, store, vault, time, logger);
        vault.Nodes = new NodeBoard(nodes, sync, propagation)
        {
            Logs = new NodeLogBoard(nodes, store, logs.Keys, vault.Hierarchy, logs.FaultOf),
        };
        await sync.StartAsync(cancellation).ConfigureAwait(false);
        var leader = new Leader(nodes, sync, time);
        vault.LeaderTerm = () => leader.Term;
        return new NodeMembership(sync, propagation, leader, lane, vault)
        {
            Logs = logs, Memory = new StoreMemory(folder, vault),
        };
    }

    /// <summary>To be called once a second: notes which nodes move, takes or keeps the leadership, and as the leader
    /// brings in the records of nodes that are gone.</summary>
    public async Task StepAsync(CancellationToken cancellation)
    {
        Memory.Keep();
        var rows = await _sync.Nodes.ReadNodesAsync(cancellation).ConfigureAwait(false);
        _propagation.Watch(rows);
        Announce(rows);
        await Logs.StepAsync(cancellation).ConfigureAwait(false);
        await _leader.StepAsync(cancellation).ConfigureAwait(false);
        if (!_leader.IsLeading) return;
        await _lane.AdoptAsync(AdoptAfter).ConfigureAwait(false);
    }

    /// <summary>A row counts only under its node's own MAC: who can write the store must not make tokens for
    /// another server good here.</summary>
    private void Announce(IReadOnlyList<Vault.Cluster.NodeRow> rows)
    {
        var signed = rows.Where(r => r.IsSigned(_vault.Hierarchy)).ToList();
        var living = signed.Where(r => !r.Dead).ToList();
        var mine = living.Find(r => r.Boot.AsSpan().SequenceEqual(_sync.Me.Boot));
        if (mine is not null)
            _vault.Rates?.Share(RateShares.Among(mine.Demands, living.ConvertAll(r => r.Demands)));
        string[] addresses = [.. signed.Select(r => r.Address).Order()];
        if (addresses.SequenceEqual(_addresses)) return;
        _addresses = addresses;
        AddressesChanged?.Invoke(addresses);
    }

    public async ValueTask DisposeAsync()
    {
        await _leader.ResignAsync().ConfigureAwait(false);
        await _sync.DisposeAsync().ConfigureAwait(false);
        Memory.Keep();
        _propagation.Dispose();
    }
}
