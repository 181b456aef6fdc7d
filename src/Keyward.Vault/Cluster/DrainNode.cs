using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Cluster;

/// <summary>Asks a node to get no more traffic: its <c>/readyz</c> fails within a second, it leads no more, and what
/// still comes is served. Undone by hand, or by a new start of the node.</summary>
public sealed record DrainNode(string Node, bool Undo) : IOperation<NodeView>
{
    Verb IOperation<NodeView>.Verb { get; } = new("drain_node", OperationClass.AdminWrite);

    Demand IOperation<NodeView>.Demand => Demand.OnDeployment(Permission.NodesUpdate, $"nodes/{Node}");

    void IOperation<NodeView>.Describe(RecordDraft draft)
    {
        draft.Resource = $"nodes/{Node}";
        draft.Parameter("undo", Undo ? "true" : "false");
    }

    async ValueTask<Outcome<NodeView>> IOperation<NodeView>.RunAsync(Passage passage)
    {
        if (passage.Vault.Nodes is not { } nodes) return NodeRefusals.Alone(Node);
        if (await nodes.FindAsync(Node, CancellationToken.None).ConfigureAwait(false) is not { } row
            || !await nodes.DrainAsync(row, !Undo, CancellationToken.None).ConfigureAwait(false))
            return NodeRefusals.NotFound(Node);
        return await nodes.ShowAsync(row with { IsDraining = !Undo }, CancellationToken.None).ConfigureAwait(false);
    }
}
