using Grpc.Core;
using Keyward.Client;
using Keyward.Protos.V1;

namespace Keyward.Cli;

/// <summary>All living nodes, for what each knows of its own log alone: the one that is asked first.</summary>
internal static class NodeConnections
{
    public static async IAsyncEnumerable<KeywardConnection> AllAsync(Session session)
    {
        yield return session.Server;
        foreach (var node in await NodesAsync(session).ConfigureAwait(false))
        {
            if (node.Self) continue;
            if (node.State == Node.Types.NodeState.Dead)
            {
                session.Note($"{node.Name} is dead: its log lies on its machine and is not in this.");
                continue;
            }

            using var connection = session.ConnectTo(node.Address);
            yield return connection;
        }
    }

    /// <summary>Who may not see the nodes asks the one that he reached.</summary>
    public static async Task<IEnumerable<Node>> NodesAsync(Session session)
    {
        try
        {
            return (await session.Server.Nodes.ListNodesAsync(
                new ListNodesRequest(), cancellationToken: session.Cancellation)).Nodes;
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.PermissionDenied)
        {
            return [];
        }
    }
}
