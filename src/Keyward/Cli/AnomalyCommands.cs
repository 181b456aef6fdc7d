using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Client;
using Keyward.Protos.V1;
using Option = System.CommandLine.Option;

namespace Keyward.Cli;

/// <summary>What is out of the ordinary in the logs of all living nodes, and what people say of it.</summary>
internal static class AnomalyCommands
{
    private static readonly Argument<string> Id = Commands.Name("id", "The finding's id.");

    private static readonly Option<bool> All = Commands.Flag("--all", "Those that were judged too.");

    private static readonly Option<string?> Since = Commands.Text("--since", "TIME", "From then on; -24h means ago.");

    private static readonly Option<string> Verdict = new("--verdict")
    {
        HelpName = "VERDICT", Required = true,
        Description = "true: an incident; false: nothing out of the ordinary; expected: meant to be.",
    };

    private static readonly Option<string?> Note = Commands.Text("--note", "TEXT", "One line for who reads it later.");

    static AnomalyCommands() => Verdict.AcceptOnlyFromAmong("true", "false", "expected");

    public static Command Build() => Commands.Group("anomaly", "What is out of the ordinary in the audit log.",
        Commands.Make("list", "List findings that nobody has judged, the newest first.",
            ["keyward anomaly list --since -7d"], "gcloud scc findings list", ListAsync, All, Since),
        Commands.Make("explain", "Show a finding with what is ordinary there and the records that show it.",
            ["keyward anomaly explain 0123456789abcdef"], null, async s => Write(s, await AtItsNodeAsync(s,
                server => server.Anomalies.GetAnomalyAsync(
                    new GetAnomalyRequest { Id = s.Get(Id) }, cancellationToken: s.Cancellation).ResponseAsync)
                .ConfigureAwait(false)), Id),
        Commands.Make("dismiss", "Say what a finding was; the verdict is a record of the log.",
            ["keyward anomaly dismiss 0123456789abcdef --verdict expected --note \"migration\""], null,
            async s => s.Output.Write(await AtItsNodeAsync(s, server => server.Anomalies.JudgeAnomalyAsync(
                new JudgeAnomalyRequest { Id = s.Get(Id), Verdict = s.Get(Verdict), Note = s.Get(Note) ?? "" },
                cancellationToken: s.Cancellation).ResponseAsync).ConfigureAwait(false)), Id, Verdict, Note));

    private static async Task ListAsync(Session session)
    {
        var request = new ListAnomaliesRequest
        {
            All = session.Get(All),
            Since = session.Get(Since) is { } since ? Times.Parse(since, "--since").ToTimestamp() : null,
        };
        var found = new List<Anomaly>();
        await foreach (var node in NodeConnections.AllAsync(session).ConfigureAwait(false))
            found.AddRange((await node.Anomalies.ListAnomaliesAsync(
                request, cancellationToken: session.Cancellation)).Anomalies);
        session.Output.WriteList(found.OrderByDescending(a => a.Time), "",
            "id", "time", "severity", "kind", "principal", "key", "why", "verdict");
    }

    /// <summary>For people the finding's fields each on a line, and the records as <c>audit query</c> shows
    /// them.</summary>
    private static void Write(Session session, ExplainedAnomaly explained)
    {
        if (!session.Output.IsTable)
        {
            session.Output.Write(explained);
            return;
        }

        var json = Output.Json(explained.Anomaly);
        json["evidence"] = string.Join(", ", explained.Anomaly.Evidence);
        if (explained.Ordinary.Length > 0) json["ordinary"] = explained.Ordinary;
        json["log"] = explained.Log;
        session.Output.Write(json);
        foreach (var record in explained.Records) AuditCommands.Show(session, record);
    }

    /// <summary>A finding belongs to one node's log.</summary>
    private static async Task<T> AtItsNodeAsync<T>(Session session, Func<KeywardConnection, Task<T>> ask)
    {
        RpcException? missing = null;
        await foreach (var node in NodeConnections.AllAsync(session).ConfigureAwait(false))
        {
            try
            {
                return await ask(node).ConfigureAwait(false);
            }
            catch (RpcException refused) when (refused.StatusCode == StatusCode.NotFound)
            {
                missing ??= refused;
            }
        }

        throw missing!;
    }
}
