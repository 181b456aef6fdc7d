using System.CommandLine;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Delivery;
using Keyward.Protos.V1;
using Option = System.CommandLine.Option;

namespace Keyward.Cli;

internal static class AuditCommands
{
    private const int PageSize = 1_000;
    private static readonly TimeSpan FollowInterval = TimeSpan.FromSeconds(1);

    private static readonly Option<string?> Key = Commands.Text("--key", "KEY",
        "Only records of this key, by id or full name.");
    private static readonly Option<string?> Principal = Commands.Text("--principal", "EMAIL",
        "Only what this account did.");
    private static readonly Option<string?> Operation = Commands.Text("--operation", "VERB",
        "Such as encrypt or set_policy.");
    private static readonly Option<string?> Outcome = Commands.Text("--outcome", "OUTCOME", "Such as ok or denied.");
    private static readonly Option<string?> Since = Commands.Text("--since", "TIME", "From then on; -24h means ago.");
    private static readonly Option<string?> Until = Commands.Text("--until", "TIME", "Up to then.");
    private static readonly Option<bool> Follow = Commands.Flag("--follow", "Go on with what comes.");
    private static readonly Option<bool> OwnProject = Commands.Flag(
        "--own-project", "Only this project's records, which its owner may read.");

    private static readonly Option<bool> Here = Commands.Flag(
        "--here", "Only the log of the node that is asked; else those of all nodes that live.");

    private static readonly Option<string?> As = Commands.Text("--as", "FORM",
        "The records' form: keyward (as they stand in the log), google, cloudtrail, ocsf or cef.");

    private static readonly Option[] Filters = [Key, Principal, Operation, Outcome, Since, Until, OwnProject, Here];

    static AuditCommands() => As.AcceptOnlyFromAmong([.. RecordForm.Names]);

    public static Command Build() => Commands.Group("audit", "The audit log.",
    [
        Commands.Make("tail", "Show the last records, and with --follow what comes.",
            ["keyward audit tail --key orders --outcome denied", "keyward audit tail --follow"], "journalctl -f",
            TailAsync, [.. Filters, Follow]),
        Commands.Make("export", "Print all records, one JSON object a line, in order of time.",
            ["keyward audit export --since -24h > audit.jsonl", "keyward audit export --as ocsf"], null,
            ExportAsync, [.. Filters, As]),
        .. AuditProofCommands.Build(), AuditVerify.Build(),
    ]);

    private static async Task ExportAsync(Session session)
    {
        // Our own form is the log's own bytes.
        var form = session.Get(As) is { } name and not "keyward" ? RecordForm.Of(name) : null;
        var accounts = new Dictionary<string, string?>();
        await foreach (var (log, index, record) in ReadAsync(session, follow: false).ConfigureAwait(false))
            Output.Line(form is null ? record : form(new RecordView((JsonObject)JsonNode.Parse(record)!, log, index,
                project => AccountOf(session, accounts, project))));
    }

    /// <summary>AWS's number of a project; null for who may not see the project.</summary>
    private static string? AccountOf(Session session, Dictionary<string, string?> known, string project)
    {
        if (known.TryGetValue(project, out var account)) return account;
        try
        {
            var request = new GetProjectRequest { Name = "projects/" + project };
            account = session.Server.Projects.GetProject(request, cancellationToken: session.Cancellation).Account;
        }
        catch (RpcException refused) when (refused.StatusCode
            is StatusCode.PermissionDenied or StatusCode.NotFound or StatusCode.InvalidArgument)
        {
            account = null;
        }

        return known[project] = account;
    }

    private static async Task TailAsync(Session session)
    {
        const int last = 20;
        if (session.Get(Follow))
        {
            await foreach (var (_, _, record) in ReadAsync(session, follow: true).ConfigureAwait(false))
                Show(session, record);
            return;
        }

        var recent = new Queue<string>();
        await foreach (var (_, _, record) in ReadAsync(session, follow: false).ConfigureAwait(false))
        {
            recent.Enqueue(record);
            if (recent.Count > last) recent.Dequeue();
        }

        foreach (var record in recent) Show(session, record);
    }

    private static void Show(Session session, string record)
    {
        if (session.Output.IsJson)
        {
            Output.Line(record);
            return;
        }

        var json = JsonNode.Parse(record)!;
        Output.Line(string.Join("  ", json["time"], json["outcome"], json["operation"],
            json["principal"]?["name"] ?? json["kind"], json["key"]?["name"]));
    }

    private static async IAsyncEnumerable<(string Log, long Index, string Record)> ReadAsync(
        Session session, bool follow)
    {
        using var logs = await AuditLogs.OpenAsync(session, RequestOf(session), session.Get(Here))
            .ConfigureAwait(false);
        while (true)
        {
            await foreach (var found in logs.ReadAsync(session.Cancellation).ConfigureAwait(false)) yield return found;
            if (!follow) yield break;
            await Task.Delay(FollowInterval, TimeProvider.System, session.Cancellation).ConfigureAwait(false);
        }
    }

    private static ReadRecordsRequest RequestOf(Session session) => new()
    {
        Parent = session.Get(OwnProject) ? "projects/" + session.Settings.Project : "",
        Key = session.Get(Key) ?? "",
        Principal = session.Get(Principal) ?? "",
        Operation = session.Get(Operation) ?? "",
        Outcome = session.Get(Outcome) ?? "",
        Since = session.Get(Since) is { } since ? Times.Parse(since, "--since").ToTimestamp() : null,
        Until = session.Get(Until) is { } until ? Times.Parse(until, "--until").ToTimestamp() : null,
        PageSize = PageSize,
    };
}
