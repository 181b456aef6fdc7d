using System.CommandLine;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Keyward.Protos.V1;
using Keyward.Server;
using Keyward.Server.Settings;

namespace Keyward.Cli;

/// <summary>The log's keys, and what becomes of its records.</summary>
internal static class AuditKeepingCommands
{
    private static readonly Option<string?> Log = Commands.Text("--log", "ORIGIN",
        "The log's origin; default: that of the node that answers.");

    private static readonly Option<string?> Data = Commands.Text("--data", "DIR",
        "The data folder of the server, which must not run (default ~/.keyward).");

    private static readonly Option<string> Reason = new("--reason")
    {
        HelpName = "TEXT", Description = "Why; it stands in the first record.", Required = true,
    };

    private static readonly Argument<string> Hold = Commands.Name("name", "The hold's name.");

    private static readonly Option<string?> From = Commands.Text("--from", "TIME",
        "Records from this time on; all, if it is missing.");

    private static readonly Option<int> DataDays = new("--data-days")
    {
        HelpName = "N", Description = "Days that records of uses of keys stay at least.",
    };

    private static readonly Option<int> AdminDays = new("--admin-days")
    {
        HelpName = "N", Description = "Days that records of administration stay at least.",
    };

    private static readonly Option<string?> Before = Commands.Text("--before", "TIME",
        "Only records before this time, of those that may go.");

    private static readonly Option<bool> Trial = Commands.Flag("--trial", "Say what would go, and do nothing.");

    public static IEnumerable<Command> Build() =>
    [
        HoldCommands(),
        Commands.Make("retention", "Show how long records stay at least, or lengthen it: it can't be shortened.",
            ["keyward audit retention", "keyward audit retention --data-days 730"], null, RetentionAsync, DataDays,
            AdminDays),
        Commands.Make("prune", "Archive and remove the oldest records of which the retention is over.",
            ["keyward audit prune --trial", "keyward audit prune"], null, PruneAsync, Before, Trial),
        Commands.Make("rotate-key", "Give the log another key. The one before signs on beside it until the next time.",
            ["keyward audit rotate-key"], null, async s => s.Output.Write(
                await s.Server.AuditKeeping.RotateLogKeyAsync(new RotateLogKeyRequest { Log = s.Get(Log) ?? "" },
                    cancellationToken: s.Cancellation)), Log),
        Commands.Make("succeed", "Begin a successor of a log that is lost or damaged, for the next start.",
            ["keyward audit succeed --data /var/lib/keyward --reason disk-lost"], null, SucceedAsync, Data,
            Reason),
    ];

    private static Command HoldCommands() => Commands.Group("hold", "Cases for which no record is pruned.",
        Commands.Make("add", "Stop pruning for a case.",
            ["keyward audit hold add case-17 --reason court-order"], null,
            async s => s.Output.Write(await s.Server.AuditKeeping.PlaceHoldAsync(new PlaceHoldRequest
            {
                Name = s.Get(Hold), Reason = s.Get(Reason),
                From = s.Get(From) is { } from ? Times.Parse(from, "--from").ToTimestamp() : null,
            }, cancellationToken: s.Cancellation)), Hold, Reason, From),
        Commands.Make("list", "List the holds, lifted ones too.", ["keyward audit hold list"], null,
            async s => s.Output.WriteList((await s.Server.AuditKeeping.GetKeepingAsync(new GetKeepingRequest(),
                cancellationToken: s.Cancellation)).Holds, "", "name", "active", "from", "reason", "createdBy")),
        Commands.Make("lift", "End a hold: the retention alone counts again.", ["keyward audit hold lift case-17"],
            null, async s => s.Output.Write(await s.Server.AuditKeeping.LiftHoldAsync(
                new LiftHoldRequest { Name = s.Get(Hold) }, cancellationToken: s.Cancellation)), Hold));

    private static async Task RetentionAsync(Session session)
    {
        var request = new LengthenRetentionRequest
        {
            DataDays = session.Get(DataDays), AdminDays = session.Get(AdminDays),
        };
        session.Output.Write(request.DataDays + request.AdminDays == 0
            ? (await session.Server.AuditKeeping.GetKeepingAsync(
                new GetKeepingRequest(), cancellationToken: session.Cancellation)).Retention
            : await session.Server.AuditKeeping.LengthenRetentionAsync(
                request, cancellationToken: session.Cancellation));
    }

    private static async Task PruneAsync(Session session) =>
        session.Output.Write(await session.Server.AuditKeeping.PruneLogAsync(new PruneLogRequest
        {
            Before = session.Get(Before) is { } before ? Times.Parse(before, "--before").ToTimestamp() : null,
            Trial = session.Get(Trial),
        }, cancellationToken: session.Cancellation));

    private static async Task SucceedAsync(Session session)
    {
        var flags = new Dictionary<string, string>();
        if (session.Get(Data) is { } data) flags["--data"] = data;
        var reader = SettingReader.Read(flags, ProcessEnvironment.Variables(), null);
        if (reader.Errors.Count > 0) throw new FailedException(reader.Errors[0]);
        try
        {
            var origin = await LogSuccession.RunAsync(ServerSettings.Of(reader), session.Get(Reason),
                TimeProvider.System, session.Cancellation).ConfigureAwait(false);
            session.Output.Write(new JsonObject { ["log"] = origin });
        }
        catch (StartException failure)
        {
            throw new FailedException(failure.Message, failure.Advice);
        }
    }
}
