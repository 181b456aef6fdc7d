using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Delivery;
using Keyward.Keystores.Age;
using Keyward.Protos.V1;
using Keyward.Vault.Audit;
using Option = System.CommandLine.Option;

namespace Keyward.Cli;

internal static class AuditCommands
{
    private const int PageSize = 1_000;
    private const int DefaultLimit = 100;

    /// <summary>A name that was mistyped must not read as if nothing had happened.</summary>
    private const string NoneFound = "No record that you may read matches.";

    private static readonly TimeSpan FollowInterval = TimeSpan.FromSeconds(1);

    private static readonly Option<string?> Key = Commands.Text("--key", "KEY",
        "Only records of this key: its id, RING/KEY, full name, ARN or alias/NAME.");
    private static readonly Option<string?> Principal = Commands.Text("--principal", "EMAIL",
        "Only what this account did.");
    private static readonly Option<string?> Operation = Commands.Text("--operation", "VERB",
        "Such as encrypt or set_policy.");
    private static readonly Option<string?> Outcome = Commands.Text("--outcome", "OUTCOME",
        "Only what ended so: " + string.Join(", ", Outcomes.All) + ".");
    private static readonly Option<string?> Since = Commands.Text("--since", "TIME", "From then on; -24h means ago.");
    private static readonly Option<string?> Until = Commands.Text("--until", "TIME", "Up to then.");
    private static readonly Option<string?> Source = Commands.Text("--source", "ADDRESS",
        "Only what came from this address or network, such as 10.0.0.0/8.");
    private static readonly Option<string?> Id = Commands.Text("--id", "ID",
        "The record of one request (x-keyward-request-id).");
    private static readonly Option<int?> Limit = new("--limit")
    {
        HelpName = "N", Description = "So many records at most; 100 else.",
    };
    private static readonly Option<bool> OldestFirst = Commands.Flag("--oldest-first", "Begin with the oldest.");
    private static readonly Option<bool> Scan = Commands.Flag(
        "--scan", "Read every record and leave the index beside the log aside.");
    private static readonly Option<bool> Follow = Commands.Flag("--follow", "Go on with what comes.");
    private static readonly Option<bool> OwnProject = Commands.Flag(
        "--own-project", "Only this project's records, which its owner may read.");

    private static readonly Option<bool> Here = Commands.Flag(
        "--here", "Only the log of the node that is asked; else those of all nodes that live.");

    private static readonly Option<string?> As = Commands.Text("--as", "FORM",
        "The records' form: keyward (as they stand in the log), google, cloudtrail, ocsf or cef.");

    private static readonly Option[] Filters =
        [Key, Principal, Source, Operation, Outcome, Since, Until, OwnProject, Here];

    static AuditCommands()
    {
        As.AcceptOnlyFromAmong([.. RecordForm.Names]);
        Outcome.AcceptOnlyFromAmong([.. Outcomes.All]);
    }

    public static Command Build() => Commands.Group("audit", "The audit log.",
    [
        Commands.Make("tail", "Show the last records, and with --follow what comes.",
            ["keyward audit tail --key orders --outcome denied", "keyward audit tail --follow"], "journalctl -f",
            TailAsync, [.. Filters, Follow]),
        Commands.Make("query", "Find records, the newest first.",
            ["keyward audit query --key orders --operation decrypt --since -30d",
                "keyward audit query --source 10.1.2.0/24 --outcome denied --limit 10",
                "keyward audit query --outcome denied --since -7d --count-by principal"], null,
            QueryAsync, [.. Filters, Id, Limit, OldestFirst, Scan, As, AuditCounts.CountBy]),
        Commands.Make("export", "Print all records, one JSON object a line, in order of time.",
            ["keyward audit export --since -24h > audit.jsonl",
                "keyward audit export --as ocsf --recipient age1… > audit.age"], null,
            ExportAsync, [.. Filters, As, BackupCommands.Recipient, BackupCommands.RecipientsFile]),
        .. AuditProofCommands.Build(), .. AuditKeepingCommands.Build(), AuditVerify.Build(), ReplayCommand.Build(),
        OpenCommand.Build(),
    ]);

    private static async Task ExportAsync(Session session)
    {
        using var writer = BackupCommands.HasRecipients(session)
            ? new AgeWriter(new StandardOutputStream(), BackupCommands.Recipients(session))
            : null;
        var print = Printer(session, writer is null
            ? Output.Line
            : line => writer.Write(System.Text.Encoding.UTF8.GetBytes(line + "\n")));
        await foreach (var (log, index, record) in ReadAsync(session, RequestOf(session), follow: false)
            .ConfigureAwait(false)) print(log, index, record);
        writer?.Finish();
    }

    private static async Task QueryAsync(Session session)
    {
        var limit = session.Get(Limit) is > 0 and var asked ? asked : DefaultLimit;
        var request = RequestOf(session);
        request.NewestFirst = !session.Get(OldestFirst);
        request.Scan = session.Get(Scan);
        request.Id = session.Get(Id) ?? "";
        if (session.Get(AuditCounts.CountBy) is not null)
        {
            await AuditCounts.ShowAsync(session, request, limit, session.Get(Here)).ConfigureAwait(false);
            return;
        }

        request.PageSize = Math.Min(PageSize, limit);
        var isForm = session.Get(As) is not null;
        var print = Printer(session, Output.Line);
        var shown = 0;
        await foreach (var (log, index, record) in ReadAsync(session, request, follow: false).ConfigureAwait(false))
        {
            if (isForm) print(log, index, record);
            else Show(session, record);
            if (++shown == limit) break;
        }

        if (shown == 0) session.Note(NoneFound);
    }

    /// <summary>Prints a record in the form that is asked for; our own is the log's own bytes.</summary>
    private static Action<string, long, string> Printer(Session session, Action<string> line)
    {
        if (session.Get(As) is not { } name || name == "keyward") return (_, _, record) => line(record);
        var form = RecordForm.Of(name);
        var accounts = new Dictionary<string, string?>();
        return (log, index, record) => line(form(new RecordView(Encoding.UTF8.GetBytes(record), log, index,
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
            await foreach (var (_, _, record) in ReadAsync(session, RequestOf(session), follow: true)
                .ConfigureAwait(false)) Show(session, record);
            return;
        }

        var request = RequestOf(session);
        (request.NewestFirst, request.PageSize) = (true, last);
        var recent = new List<string>();
        await foreach (var (_, _, record) in ReadAsync(session, request, follow: false).ConfigureAwait(false))
        {
            recent.Add(record);
            if (recent.Count == last) break;
        }

        if (recent.Count == 0) session.Note(NoneFound);
        for (var i = recent.Count - 1; i >= 0; i--) Show(session, recent[i]);
    }

    internal static void Show(Session session, string record)
    {
        if (session.Output.HasFields)
        {
            session.Output.Write((JsonObject)JsonNode.Parse(record)!);
            return;
        }

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
        Session session, ReadRecordsRequest request, bool follow)
    {
        using var logs = await AuditLogs.OpenAsync(session, request, session.Get(Here)).ConfigureAwait(false);
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
        // A bare id may be any ring's, and that of a key that is gone.
        Key = session.Get(Key) is { } key ? key.Contains('/') ? Names.KeyOf(session, key) : key : "",
        Principal = session.Get(Principal) ?? "",
        Source = session.Get(Source) ?? "",
        Operation = session.Get(Operation) ?? "",
        Outcome = session.Get(Outcome) ?? "",
        Since = session.Get(Since) is { } since ? Times.Parse(since, "--since").ToTimestamp() : null,
        Until = session.Get(Until) is { } until ? Times.Parse(until, "--until").ToTimestamp() : null,
        PageSize = PageSize,
    };
}
