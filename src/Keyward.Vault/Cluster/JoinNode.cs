using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Cluster;

/// <summary>What a joining node gets.</summary>
public sealed record JoinedNode(string Node, byte[] Package)
{
    public override string ToString() => $"JoinedNode {Node}";
}

/// <summary>Lets the node of a join token join: makes its log's key, by which the token is used up, and hands over the
/// root key, sealed to the key that the node made for this.</summary>
public sealed record JoinNode(string Recipient) : IOperation<JoinedNode>
{
    private static readonly Refusal NoToken = new(
        RefusalReason.InvalidArgument, "A node joins by a join token. On a machine with credentials: " +
        "keyward node join-token");

    Verb IOperation<JoinedNode>.Verb { get; } = new("join_node", OperationClass.AdminWrite);

    Demand IOperation<JoinedNode>.Demand => Demand.OnDeployment(Permission.NodesJoin, "nodes");

    void IOperation<JoinedNode>.Describe(RecordDraft draft) => draft.Resource = "nodes";

    async ValueTask<Outcome<JoinedNode>> IOperation<JoinedNode>.RunAsync(Passage passage)
    {
        if (passage.Caller.JoinsNode is not { } node || passage.Vault.Handover is not { } handover) return NoToken;
        passage.Record.Resource = $"nodes/{node}";
        passage.Record.Parameter("recipient", Recipient);
        // The package is made first: a token must not be used up by a node that got nothing.
        if (!handover.SealFor(Recipient).TryGet(out var package, out var refusal)) return refusal;
        return await passage.ChangeAsync(((IOperation<JoinedNode>)this).Demand, draft =>
        {
            var deployment = draft.Snapshot.Deployment!.Id;
            var (origin, predecessor) = LogKeys.NextOf(draft.Snapshot.SealedKeys.Values, deployment, node);
            if (predecessor is not null) return (Outcome<JoinedNode>)NodeRefusals.TokenUsed(node);
            draft.PutLogKey(origin);
            draft.Record.Parameter("log", origin);
            return new JoinedNode(node, package);
        }).ConfigureAwait(false);
    }
}
