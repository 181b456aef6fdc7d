using System.CommandLine;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Keyward.Protos.V1;
using Keyward.Server.Development;

namespace Keyward.Cli;

/// <summary>The control of a development server; any other answers that it has no such thing.</summary>
internal static class DevCommands
{
    private static readonly Argument<string> By = Commands.Name("by", "How far: 90d, 12h, 30s.");
    private static readonly Argument<string> At = Commands.Name("time", "The time, such as 2027-01-01T00:00:00Z.");
    private static readonly Argument<string> Id = Commands.Name("id", "The rule's id.");
    private static readonly Option<string?> RuleId = Commands.Text("--id", "ID", "The rule's id; made if left out.");
    private static readonly Option<string?> Kind = Commands.Text("--fault", "KIND",
        "delay, 403, 429, 500, 503 or disabled-key.");
    private static readonly Option<string?> Principal = Commands.Text("--principal", "MEMBER",
        "Whose requests: a member or an e-mail; * and ? match.");
    private static readonly Option<string?> Operation = Commands.Text("--operation", "METHOD",
        "Which requests: the vendor's method, such as Encrypt; * and ? match.");
    private static readonly Option<string?> Door = Commands.Text("--door", "DOOR",
        "google_grpc, google_rest, aws, aws_sts, token or admin.");
    private static readonly Option<string?> Delay = Commands.Text("--delay", "DURATION",
        "How long the answer is held back: 200ms, 5s.");
    private static readonly Option<double?> Share = new("--share")
    {
        HelpName = "PART", Description = "The part of the matching requests, above 0 and at most 1.",
    };

    private static readonly Option<long?> After = new("--after")
    {
        HelpName = "N", Description = "So many matching requests go free first.",
    };

    private static readonly Option<long?> Times = new("--times")
    {
        HelpName = "N", Description = "The fault is met so often and no more.",
    };

    private static readonly Option<long?> Seed = new("--seed")
    {
        HelpName = "N", Description = "Another choice of the same share.",
    };

    public static Command Build() => Commands.Group("dev", "The clock and the faults of a development server.",
        Commands.Group("clock", "The server's clock.",
            Commands.Make("show", "Show what time it is in the vault.", ["keyward dev clock show"], null,
                async s => s.Output.Write(await s.Server.Dev.GetClockAsync(
                    new GetClockRequest(), cancellationToken: s.Cancellation))),
            Commands.Make("advance", "Move the clock on, and wait until what fell due is done.",
                ["keyward dev clock advance 90d"], null,
                s => MoveAsync(s, new MoveClockRequest { Advance = Duration(s.Get(By), "by") }), By),
            Commands.Make("set", "Move the clock on to a time.", ["keyward dev clock set 2027-01-01T00:00:00Z"], null,
                s => MoveAsync(s, new MoveClockRequest { Set = Time(s.Get(At)) }), At)),
        Commands.Group("fault", "Faults that clients are to meet.",
            Commands.Make("add", "Add a rule; it counts from the next request on.",
                ["keyward dev fault add --fault 429 --operation Encrypt --times 2",
                    "keyward dev fault add --fault 503 --share 0.2 --door aws --delay 100ms"], null, AddAsync,
                RuleId, Kind, Principal, Names.Key, Names.KeyRing, Operation, Door, Delay, Share, After, Times, Seed),
            Commands.Make("list", "Show the rules, and how often each was met.", ["keyward dev fault list"], null,
                async s => s.Output.WriteList((await s.Server.Dev.ListFaultsAsync(
                        new ListFaultsRequest(), cancellationToken: s.Cancellation)).Faults,
                    "", "id", "fault", "principal", "key", "operation", "door", "delay", "share", "times", "matched",
                    "met")),
            Commands.Make("remove", "Take a rule back.", ["keyward dev fault remove slow"], null,
                async s => s.Output.Write(await s.Server.Dev.RemoveFaultAsync(
                    new RemoveFaultRequest { Id = s.Get(Id) }, cancellationToken: s.Cancellation)), Id)));

    private static async Task MoveAsync(Session session, MoveClockRequest request) => session.Output.Write(
        await session.Server.Dev.MoveClockAsync(request, cancellationToken: session.Cancellation));

    private static async Task AddAsync(Session session)
    {
        var fault = new Fault
        {
            Id = session.Get(RuleId) ?? "",
            Fault_ = session.Get(Kind) ?? throw new UsageException("The fault is missing.",
                "Give it: --fault delay|403|429|500|503|disabled-key"),
            Principal = session.Get(Principal) ?? "", Operation = session.Get(Operation) ?? "",
            Door = session.Get(Door) ?? "", After = session.Get(After) ?? 0, Seed = session.Get(Seed) ?? 0,
            Key = session.Get(Names.Key) is { } key ? key.Contains('*') ? key : Names.KeyOf(session, key) : "",
        };
        if (session.Get(Delay) is { } delay) fault.Delay = Duration(delay, "--delay");
        if (session.Get(Share) is { } share) fault.Share = share;
        if (session.Get(Times) is { } times) fault.Times = times;
        session.Output.Write(await session.Server.Dev.AddFaultAsync(
            new AddFaultRequest { Fault = fault }, cancellationToken: session.Cancellation));
    }

    private static Duration Duration(string text, string name) => Durations.TryParse(text, out var duration)
        ? duration.ToDuration()
        : throw new UsageException($"{name} must be a duration such as 200ms, 30s, 12h or 90d.");

    private static Timestamp Time(string text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal, out var time)
        ? time.ToTimestamp()
        : throw new UsageException("The time must be like 2027-01-01T00:00:00Z.");
}
