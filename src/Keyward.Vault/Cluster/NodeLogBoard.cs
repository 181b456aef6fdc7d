using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Cluster;

/// <summary>The logs of all nodes and who vouched for them, as far as signatures bear it out. Safe for concurrent
/// use.</summary>
/// <param name="faultOf">What this node found wrong with a log.</param>
internal sealed class NodeLogBoard(
    INodeStore nodes, IStore store, NodeLogKeys keys, IKeyHierarchy hierarchy, Func<string, string?> faultOf)
{
    /// <summary>The log that each node writes now, by the node's name.</summary>
    public async ValueTask<IReadOnlyDictionary<string, NodeLogView>> ReadAsync(CancellationToken cancellation)
    {
        var vouchings = (await nodes.ReadVouchingsAsync(null, cancellation).ConfigureAwait(false))
            .ToLookup(v => v.Origin, StringComparer.Ordinal);
        var sizes = (await store.ReadCheckpointsAsync(cancellation).ConfigureAwait(false))
            .ToDictionary(c => c.Origin, c => c.Size, StringComparer.Ordinal);
        return keys.Logs().ToDictionary(l => l.Node, l => new NodeLogView(sizes.GetValueOrDefault(l.Origin),
            [.. vouchings[l.Origin].SelectMany(Witness)], faultOf(l.Origin)), StringComparer.Ordinal);
    }

    private IEnumerable<LogWitnessView> Witness(Vouching vouching)
    {
        if (keys.OriginOf(vouching.Witness) is { } origin
            && vouching.Judge(keys.Of, origin, hierarchy.CheckNote) is { } good)
            yield return new LogWitnessView(vouching.Witness, good.Checkpoint.Size,
                DateTimeOffset.FromUnixTimeSeconds(Cosignature.TimeOf(good.Cosignature.Bytes)));
    }
}
