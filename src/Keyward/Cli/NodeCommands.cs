using System.CommandLine;
using Keyward.Protos.V1;

namespace Keyward.Cli;

internal static class NodeCommands
{
    private static readonly Argument<string> Node = Commands.Name("node", "The node, as keyward node list names it.");
    private static readonly Option<bool> Undo = Commands.Flag("--undo", "Take traffic again.");

    private static readonly Option<bool> IsOff = Commands.Flag("--is-off",
        "You vouch that its machine is off; a machine that still runs could then serve what was revoked.");

    private static readonly Option<string?> Reason = Commands.Text("--reason", "TEXT", "Why, for the record.");

    public static Command Build() => Commands.Group("node", "The nodes that serve from one store.",
        Commands.Make("list", "Show the nodes and how they stand.", ["keyward node list"], "kubectl get nodes",
            async s => s.Output.WriteList((await s.Server.Nodes.ListNodesAsync(
                    new ListNodesRequest(), cancellationToken: s.Cancellation)).Nodes, "",
                "name", "state", "address", "build", "applied", "silence", "leader", "self", "propagationP99")),
        Commands.Make("describe", "Show one node.", ["keyward node describe node-1f2e3d4c"], "kubectl describe node",
            async s => s.Output.Write(await s.Server.Nodes.GetNodeAsync(
                new GetNodeRequest { Name = NameOf(s) }, cancellationToken: s.Cancellation)), Node),
        Commands.Make("drain", "Send it no more traffic: its /readyz fails, what still comes is served.",
            ["keyward node drain node-1f2e3d4c", "keyward node drain node-1f2e3d4c --undo"], "kubectl drain",
            async s => s.Output.Write(await s.Server.Nodes.DrainNodeAsync(
                new DrainNodeRequest { Name = NameOf(s), Undo = s.Get(Undo) }, cancellationToken: s.Cancellation)),
            Node, Undo),
        Commands.Make("remove", "Forget a node that will not come back, so that no change waits for it.",
            ["keyward node remove node-1f2e3d4c", "keyward node remove node-1f2e3d4c --is-off --reason burnt"],
            "kubectl delete node", async s => s.Output.Write(await s.Server.Nodes.RemoveNodeAsync(
                new RemoveNodeRequest { Name = NameOf(s), IsOff = s.Get(IsOff), Reason = s.Get(Reason) ?? "" },
                cancellationToken: s.Cancellation)), Node, IsOff, Reason));

    private static string NameOf(Session session)
    {
        var node = session.Get(Node);
        return node.StartsWith("nodes/", StringComparison.Ordinal) ? node : "nodes/" + node;
    }
}
