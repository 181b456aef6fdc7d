using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Cluster;

/// <summary>Takes a node away that will not come back, so that no change waits for it. Its log key and its log's
/// checkpoints stay: records are not forgotten with the machine.</summary>
/// <param name="IsOff">The operator vouches that the machine is off, so that its lease need not be waited out.</param>
/// <param name="Reason">For the record.</param>
public sealed record RemoveNode(string Node, bool IsOff, string Reason) : IOperation<NodeView>
{
    private const int MaximumReason = 256;

    Verb IOperation<NodeView>.Verb { get; } = new("remove_node", OperationClass.AdminWrite);

    Demand IOperation<NodeView>.Demand => Demand.OnDeployment(Permission.NodesUpdate, $"nodes/{Node}");

    void IOperation<NodeView>.Describe(RecordDraft draft)
    {
        draft.Resource = $"nodes/{Node}";
        draft.Parameter("is_off", IsOff ? "true" : "false");
        if (Reason.Length is > 0 and <= MaximumReason) draft.Parameter("reason", Reason);
    }

    async ValueTask<Outcome<NodeView>> IOperation<NodeView>.RunAsync(Passage passage)
    {
        if (Reason.Length > MaximumReason)
            return new Refusal(RefusalReason.InvalidArgument, $"A reason has up to {MaximumReason} characters.");
        if (IsOff && Reason.Length == 0)
            return new Refusal(RefusalReason.InvalidArgument,
                "Who vouches that a machine is off says how he knows: give a reason.");
        if (passage.Vault.Nodes is not { } nodes) return NodeRefusals.Alone(Node);
        if (await nodes.FindAsync(Node, CancellationToken.None).ConfigureAwait(false) is not { } row)
            return NodeRefusals.NotFound(Node);
        var view = await nodes.ShowAsync(row, CancellationToken.None).ConfigureAwait(false);
        return await nodes.RemoveAsync(row, IsOff, CancellationToken.None).ConfigureAwait(false) is { } refusal
            ? refusal : view;
    }
}
