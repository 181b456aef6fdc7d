using System.CommandLine;
using Keyward.Protos.V1;
using Keyward.Vault.Names;

namespace Keyward.Cli;

internal static class QuotaCommands
{
    private static readonly Argument<string> Metric = Commands.Name("metric",
        "What is limited, as keyward quota show names it.");

    private static readonly Argument<string> Limit = Commands.Name("limit",
        "The most: a number, of rates for a minute; or default.");

    public static Command Build() => Commands.Group("quota", "Limits of the project, or of one key.",
        Commands.Make("show", "Show the limits, and how much of each is used.",
            ["keyward quota show", "keyward quota show --key RING/KEY"], "gcloud alpha services quota list",
            async s => s.Output.WriteList((await s.Server.Quotas.GetQuotasAsync(
                    new GetQuotasRequest { Name = PlaceOf(s) }, cancellationToken: s.Cancellation)).Quotas,
                "", "metric", "limit", "set", "used"),
            Names.Key, Names.KeyRing),
        Commands.Make("set", "Set a limit, from the next request on.",
            ["keyward quota set requests_per_minute 6000", "keyward quota set bytes_per_minute default --key RING/KEY"],
            null, SetAsync, Metric, Limit, Names.Key, Names.KeyRing));

    private static async Task SetAsync(Session session)
    {
        var request = new SetQuotaRequest { Name = PlaceOf(session), Metric = session.Get(Metric) };
        if (session.Get(Limit) is var text && text != "default")
            request.Limit = DecimalNumber.TryParse(text, out long limit)
                ? limit : throw new UsageException("The limit must be a number or default.");
        session.Output.Write(await session.Server.Quotas.SetQuotaAsync(
            request, cancellationToken: session.Cancellation));
    }

    private static string PlaceOf(Session session) => session.Get(Names.Key) is { } key
        ? Names.KeyOf(session, key) : "projects/" + session.Settings.Project;
}
