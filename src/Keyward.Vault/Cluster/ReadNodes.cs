using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Cluster;

/// <summary>All nodes of the deployment; one where the store is not shared.</summary>
public sealed record ListNodes : IOperation<IReadOnlyList<NodeView>>
{
    Verb IOperation<IReadOnlyList<NodeView>>.Verb { get; } = new("list_nodes", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<NodeView>>.Demand => Demand.OnDeployment(Permission.NodesGet, "nodes");

    void IOperation<IReadOnlyList<NodeView>>.Describe(RecordDraft draft) => draft.Resource = "nodes";

    async ValueTask<Outcome<IReadOnlyList<NodeView>>> IOperation<IReadOnlyList<NodeView>>.RunAsync(Passage passage) =>
        passage.Vault.Nodes is { } nodes
            ? (await nodes.ListAsync(CancellationToken.None).ConfigureAwait(false)).ToArray()
            : [Alone(passage)];

    internal static NodeView Alone(Passage passage) => new(passage.Settings.Node, NodeState.Living,
        passage.Settings.Address, passage.Settings.Build, passage.Snapshot.Seq, TimeSpan.Zero, true, true);
}

/// <summary>One node by its name.</summary>
public sealed record GetNode(string Node) : IOperation<NodeView>
{
    Verb IOperation<NodeView>.Verb { get; } = new("get_node", OperationClass.AdminRead);

    Demand IOperation<NodeView>.Demand => Demand.OnDeployment(Permission.NodesGet, $"nodes/{Node}");

    void IOperation<NodeView>.Describe(RecordDraft draft) => draft.Resource = $"nodes/{Node}";

    async ValueTask<Outcome<NodeView>> IOperation<NodeView>.RunAsync(Passage passage)
    {
        if (passage.Vault.Nodes is not { } nodes)
            return Node == passage.Settings.Node ? ListNodes.Alone(passage) : NodeRefusals.NotFound(Node);
        return await nodes.FindAsync(Node, CancellationToken.None).ConfigureAwait(false) is { } row
            ? await nodes.ShowAsync(row, CancellationToken.None).ConfigureAwait(false)
            : NodeRefusals.NotFound(Node);
    }
}
