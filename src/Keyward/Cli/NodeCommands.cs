using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Keyward.Protos.V1;
using Keyward.Server.Settings;
using JoinToken = Keyward.Server.NewNodes.JoinToken;

namespace Keyward.Cli;

internal static class NodeCommands
{
    private static readonly Argument<string> Node = Commands.Name("node", "The node, as keyward node list names it.");
    private static readonly Option<string?> ExpiresIn = Commands.Text("--expires-in", "10m",
        "How long it is good for, an hour at most.");

    private static readonly Option<bool> Undo = Commands.Flag("--undo", "Take traffic again.");

    private static readonly Option<bool> IsOff = Commands.Flag("--is-off",
        "You vouch that its machine is off; a machine that still runs could then serve what was revoked.");

    private static readonly Option<string?> Reason = Commands.Text("--reason", "TEXT", "Why, for the record.");

    public static Command Build() => Commands.Group("node", "The nodes that serve from one store.",
        Commands.Make("list", "Show the nodes and how they stand.", ["keyward node list"], "kubectl get nodes",
            async s => s.Output.WriteList((await s.Server.Nodes.ListNodesAsync(
                    new ListNodesRequest(), cancellationToken: s.Cancellation)).Nodes, "",
                "name", "state", "address", "build", "applied", "silence", "leader", "self", "propagationP99",
                "logSize", "logFault")),
        Commands.Make("describe", "Show one node.", ["keyward node describe node-1f2e3d4c"], "kubectl describe node",
            async s => s.Output.Write(await s.Server.Nodes.GetNodeAsync(
                new GetNodeRequest { Name = NameOf(s) }, cancellationToken: s.Cancellation)), Node),
        Commands.Make("join-token", "Make a token by which one new node joins, once.",
            ["keyward node join-token", "keyward server --data DIR --listen 10.0.0.2:8443 --join TOKEN"],
            "kubeadm token create", MakeTokenAsync, ExpiresIn),
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

    private static async Task MakeTokenAsync(Session session)
    {
        var request = new CreateJoinTokenRequest();
        if (session.Get(ExpiresIn) is { } text)
            request.Lifetime = SettingTable.TryParseDuration(text, out var lifetime)
                ? lifetime.ToDuration() : throw new UsageException("--expires-in must be a duration such as 10m.");
        var ca = session.Settings.Ca
            ?? throw new UsageException("The deployment's CA is missing.", "Give it: --ca FILE");
        using var authority = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(ca, session.Cancellation)
            .ConfigureAwait(false));
        var made = await session.Server.Nodes.CreateJoinTokenAsync(request, cancellationToken: session.Cancellation);
        var token = new JoinToken(session.Server.Address,
            authority.GetCertHashString(HashAlgorithmName.SHA256), made.Token);
        session.Output.Write(new JsonObject
        {
            ["node"] = made.Node, ["token"] = token.ToText(), ["expires"] = made.ExpireTime.ToDateTimeOffset(),
        });
        session.Note("On the new machine: keyward server --data DIR --listen HOST:PORT --join TOKEN");
    }

    private static string NameOf(Session session)
    {
        var node = session.Get(Node);
        return node.StartsWith("nodes/", StringComparison.Ordinal) ? node : "nodes/" + node;
    }
}
