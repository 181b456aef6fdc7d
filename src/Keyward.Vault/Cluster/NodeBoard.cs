using Keyward.Vault.Gate;

namespace Keyward.Vault.Cluster;

/// <summary>The nodes that share a store, as this one sees them, and what an operator may ask of them. Safe for
/// concurrent use.</summary>
internal sealed class NodeBoard(INodeStore nodes, NodeSync self, Propagation propagation)
{
    /// <summary>Renewals come once a second: a node that missed three is not merely late.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(3);

    /// <summary>What is known of the nodes' logs; null for nothing.</summary>
    public NodeLogBoard? Logs { get; init; }

    public async ValueTask<IReadOnlyList<NodeView>> ListAsync(CancellationToken cancellation)
    {
        var rows = await ReadAsync(cancellation).ConfigureAwait(false);
        var leader = await nodes.ReadLeaderAsync(cancellation).ConfigureAwait(false);
        if (Logs is null) return [.. rows.Select(r => Show(r, leader))];
        var logs = await Logs.ReadAsync(cancellation).ConfigureAwait(false);
        // A node that is gone is shown as long as something is wrong with the log that it left.
        var gone = logs.Where(l => l.Value.Fault is not null && rows.All(r => r.Id != l.Key)).Select(l => new NodeView(
            l.Key, NodeState.Dead, "", "", 0, TimeSpan.Zero, false, false) { Log = l.Value });
        return [.. rows.Select(r => Show(r, leader) with { Log = logs.GetValueOrDefault(r.Id) }), .. gone];
    }

    public async ValueTask<NodeRow?> FindAsync(string id, CancellationToken cancellation) =>
        (await ReadAsync(cancellation).ConfigureAwait(false)).FirstOrDefault(r => r.Id == id);

    public async ValueTask<NodeView> ShowAsync(NodeRow row, CancellationToken cancellation) =>
        Show(row, await nodes.ReadLeaderAsync(cancellation).ConfigureAwait(false)) with
        {
            Log = Logs is null ? null
                : (await Logs.ReadAsync(cancellation).ConfigureAwait(false)).GetValueOrDefault(row.Id),
        };

    public ValueTask<bool> DrainAsync(NodeRow row, bool drain, CancellationToken cancellation) =>
        nodes.DrainAsync(row, drain, cancellation);

    /// <summary>Takes a node's row away, so that no change waits for it. One that may still serve by what it knew is
    /// refused: until its lease has surely ended, or the operator vouches that the machine is off.</summary>
    public async ValueTask<Refusal?> RemoveAsync(NodeRow row, bool isOff, CancellationToken cancellation)
    {
        if (IsSelf(row)) return NotNow(row, "It is the one that answers. Ask another node, or stop it: SIGTERM.");
        var silence = propagation.SilenceOf(row);
        if (!row.Dead && silence < SilentAfter)
            return NotNow(row, "It renews its lease. Stop it first: SIGTERM makes it leave by itself.");
        if (!row.Dead && !isOff && silence <= self.Terms.Expiry)
            return NotNow(row,
                $"It may serve for another {(self.Terms.Expiry - silence).TotalSeconds:0} s. Wait, or vouch that its " +
                "machine is off: --is-off");
        return await nodes.RemoveAsync(row, cancellation).ConfigureAwait(false)
            ? null
            : NotNow(row, "It has just renewed its lease.");
    }

    private static Refusal NotNow(NodeRow row, string why) => new(
        RefusalReason.TransitionNotAllowed, $"The node {row.Id} cannot be removed. {why}", $"nodes/{row.Id}");

    public async ValueTask<IReadOnlyList<NodeRow>> ReadAsync(CancellationToken cancellation)
    {
        var rows = await nodes.ReadNodesAsync(cancellation).ConfigureAwait(false);
        propagation.Watch(rows);
        return rows;
    }

    private bool IsSelf(NodeRow row) => row.Boot.AsSpan().SequenceEqual(self.Me.Boot);

    private NodeView Show(NodeRow row, LeaderRow leader)
    {
        var silence = propagation.SilenceOf(row);
        var state = row.Dead ? NodeState.Dead
            : silence >= SilentAfter ? NodeState.Silent
            : row.IsDraining ? NodeState.Draining : NodeState.Living;
        var view = new NodeView(row.Id, state, row.Address, row.Build, row.Applied, silence,
            row.Boot.AsSpan().SequenceEqual(leader.Boot), IsSelf(row));
        return view.IsSelf
            ? view with
            {
                PropagationMedian = propagation.Recent.Quantile(0.5),
                PropagationTail = propagation.Recent.Quantile(0.99),
            }
            : view;
    }
}
