using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Cluster;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Nodes.</summary>
internal sealed class NodesDoor(Gate gate) : Nodes.NodesBase
{
    private const string Prefix = "nodes/";

    private static readonly Refusal BadName = new(RefusalReason.InvalidArgument, "The name has the form nodes/ID.");

    public override Task<ListNodesResponse> ListNodes(ListNodesRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new ListNodes(), found => new ListNodesResponse { Nodes = { found.Select(Show) } });

    public override Task<Node> GetNode(GetNodeRequest request, ServerCallContext context)
    {
        Outcome<IOperation<NodeView>> operation = IdOf(request.Name) is { } id ? new GetNode(id) : BadName;
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<Node> DrainNode(DrainNodeRequest request, ServerCallContext context)
    {
        Outcome<IOperation<NodeView>> operation =
            IdOf(request.Name) is { } id ? new DrainNode(id, request.Undo) : BadName;
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<Node> RemoveNode(RemoveNodeRequest request, ServerCallContext context)
    {
        Outcome<IOperation<NodeView>> operation =
            IdOf(request.Name) is { } id ? new RemoveNode(id, request.IsOff, request.Reason) : BadName;
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<JoinToken> CreateJoinToken(CreateJoinTokenRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new CreateJoinToken(request.Lifetime?.ToTimeSpan()), made => new JoinToken
        {
            Node = Prefix + made.Node, Token = made.Token, ExpireTime = made.Expires.ToTimestamp(),
        });

    public override Task<JoinNodeResponse> JoinNode(JoinNodeRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new JoinNode(request.Recipient), joined => new JoinNodeResponse
        {
            Node = Prefix + joined.Node, Package = ByteString.CopyFrom(joined.Package),
        });

    private static string? IdOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length > Prefix.Length
            && !name.AsSpan(Prefix.Length).Contains('/') ? name[Prefix.Length..] : null;

    private static Node Show(NodeView view) => new()
    {
        Name = Prefix + view.Id,
        State = view.State switch
        {
            NodeState.Living => Node.Types.NodeState.Living,
            NodeState.Draining => Node.Types.NodeState.Draining,
            NodeState.Silent => Node.Types.NodeState.Silent,
            NodeState.Dead => Node.Types.NodeState.Dead,
            NodeState.Unspecified => Node.Types.NodeState.Unspecified,
        },
        Address = view.Address,
        Build = view.Build,
        Applied = view.Applied,
        Silence = view.Silence.ToDuration(),
        Leader = view.IsLeader,
        Self = view.IsSelf,
        PropagationMedian = view.PropagationMedian?.ToDuration(),
        PropagationP99 = view.PropagationTail?.ToDuration(),
        LogSize = view.Log?.Size ?? 0,
        LogFault = view.Log?.Fault ?? "",
        LogWitnesses =
        {
            (view.Log?.Witnesses ?? []).Select(w => new LogWitness
            {
                Name = Prefix + w.Node, Size = w.Size, Time = w.Time.ToTimestamp(),
            }),
        },
    };
}
