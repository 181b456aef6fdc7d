using Keyward.Vault.Cluster;
using Keyward.Vault.Storage;

namespace Keyward.Server.Recovery;

/// <summary>A shared store is taken away or replaced only while no node serves from it.</summary>
internal static class NodesAtRest
{
    public static async Task DemandAsync(IStore store, TimeProvider time, CancellationToken cancellation)
    {
        if (store is not INodeStore nodes) return;
        var before = await LivingAsync(nodes, cancellation).ConfigureAwait(false);
        if (before.Count == 0) return;
        // Renewals come once a second: a row that stands still for as long as this has nobody behind it.
        await Task.Delay(NodeBoard.SilentAfter, time, cancellation).ConfigureAwait(false);
        var after = await LivingAsync(nodes, cancellation).ConfigureAwait(false);
        if (after.FirstOrDefault(a => !before.Any(b => b.Id == a.Id && b.IsSameLife(a))) is { } running)
            throw new StartException($"The node {running.Id} at {running.Address} serves from this database.",
                "Stop every node first: SIGTERM");
    }

    private static async Task<IReadOnlyList<NodeRow>> LivingAsync(INodeStore nodes, CancellationToken cancellation) =>
        [.. (await nodes.ReadNodesAsync(cancellation).ConfigureAwait(false)).Where(n => !n.Dead)];
}
