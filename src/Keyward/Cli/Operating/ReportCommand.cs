using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Keyward.Protos.V1;
using Option = System.CommandLine.Option;

namespace Keyward.Cli.Operating;

internal static class ReportCommand
{
    private const int PageSize = 1_000;

    private static readonly Option<string?> Until = Commands.Text("--until", "TIME", "The end (default now).");

    private static readonly Option<string?> Html = Commands.Text("--html", "FILE",
        "Write the report as an HTML file too.");

    public static Command Build() => Commands.Group("report",
        "What happened: use, failures, budget, rights changed, and what is due next.",
        Make("weekly", "The last seven days.", 7), Make("monthly", "The last thirty days.", 30));

    private static Command Make(string name, string description, int days) => Commands.Make(name, description,
        [$"keyward report {name}", $"keyward report {name} --html report.html"], null,
        session => RunAsync(session, name, days), (Option[])[Until, Html]);

    private static async Task RunAsync(Session session, string name, int days)
    {
        var until = session.Get(Until) is { } text ? Times.Parse(text, "--until") : TimeProvider.System.GetUtcNow();
        var report = new ActivityReport(until.AddDays(-days), until);
        var request = new ReadRecordsRequest
        {
            Since = until.AddDays(-days).ToTimestamp(), Until = until.ToTimestamp(), PageSize = PageSize,
        };
        using (var logs = await AuditLogs.OpenAsync(session, request, here: false).ConfigureAwait(false))
            await foreach (var (_, _, record) in logs.ReadAsync(session.Cancellation).ConfigureAwait(false))
                report.Add(JsonNode.Parse(record)!);
        await foreach (var node in NodeConnections.AllAsync(session).ConfigureAwait(false))
            foreach (var anomaly in (await node.Anomalies.ListAnomaliesAsync(
                new ListAnomaliesRequest { All = true, Since = request.Since },
                cancellationToken: session.Cancellation)).Anomalies) report.Add(anomaly);
        foreach (var key in await ProjectKeys.AllAsync(session).ConfigureAwait(false)) report.Add(key);
        var json = report.ToJson();
        if (session.Get(Html) is { } file)
        {
            var title = $"Keyward, {name} report of project {session.Settings.Project}";
            ByteFiles.Write(file, Encoding.UTF8.GetBytes(ReportPage.Of(title, json)), false);
        }

        session.Output.Write(json);
    }
}
