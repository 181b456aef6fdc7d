using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Grpc.Core;
using Keyward.Protos.V1;
using Keyward.Server.Settings;

namespace Keyward.Cli.Operating;

/// <summary>A live view of a node: what it does, how fast, for whom. Reads /metrics, and the newest audit records where
/// the caller may.</summary>
internal static class TopCommand
{
    /// <summary>So many of the newest records are looked at: enough to tell who is busy, and cheap.</summary>
    private const int MaximumRecords = 1_000;

    /// <summary>To the first place, and nothing below it.</summary>
    private const string ClearScreen = "\e[H\e[J";

    private static readonly Option<string?> Every = Commands.Text("--every", "2s",
        "The time between two looks (default 2s).");

    private static readonly Option<bool> Once = Commands.Flag("--once", "One look, printed as a result.");

    public static Command Build() => Commands.Make("top",
        "Watch operations, errors, latency, hot keys and principals, and quotas.",
        ["keyward top", "keyward top --once --format json"], "top", RunAsync, Every, Once);

    private static async Task RunAsync(Session session)
    {
        var address = new Uri("https://" + (session.Settings.Address ?? throw new FailedException(
            "No server is known.", "Source its credentials/admin.env, or give --addr and --credentials.")));
        var text = session.Get(Every) ?? "2s";
        if (!SettingTable.TryParseDuration(text, out var every) || every < TimeSpan.FromMilliseconds(100))
            throw new UsageException($"{text} is no duration.", "Give one such as 2s.");
        using var client = session.MakeHttpClient(address);
        if (session.Get(Once) || Console.IsOutputRedirected)
        {
            var frames = FramesAsync(session, client, address, every);
            await foreach (var frame in frames.ConfigureAwait(false))
            {
                session.Output.Write(frame.ToJson());
                if (session.Get(Once)) return;
            }

            return;
        }

        await foreach (var frame in FramesAsync(session, client, address, every).ConfigureAwait(false))
            Output.Line(ClearScreen + string.Join('\n', Draw(frame, address.Authority)));
    }

    private static async IAsyncEnumerable<TopFrame> FramesAsync(
        Session session, HttpClient client, Uri address, TimeSpan every)
    {
        var (before, at) = (await ScrapeAsync(session, client, address).ConfigureAwait(false),
            Stopwatch.GetTimestamp());
        using var timer = new PeriodicTimer(every, TimeProvider.System);
        while (await timer.WaitForNextTickAsync(session.Cancellation).ConfigureAwait(false))
        {
            var after = await ScrapeAsync(session, client, address).ConfigureAwait(false);
            var seconds = Stopwatch.GetElapsedTime(at).TotalSeconds;
            at = Stopwatch.GetTimestamp();
            var size = (long)(after.Sum("keyward_audit_size_entries") ?? 0);
            var from = Math.Max((long)(before.Sum("keyward_audit_size_entries") ?? 0), size - MaximumRecords);
            yield return TopFrame.Of(before, after, seconds,
                await RecordsAsync(session, from).ConfigureAwait(false));
            before = after;
        }
    }

    private static async Task<MetricText> ScrapeAsync(Session session, HttpClient client, Uri address)
    {
        using var answer = await client.GetAsync(
            new Uri(address, "/metrics"), session.Cancellation).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
            throw new FailedException("The server does not show its metrics to this machine.",
                "Run it on the server's machine, or set metrics.auth to open.");
        return MetricText.Parse(
            await answer.Content.ReadAsStringAsync(session.Cancellation).ConfigureAwait(false));
    }

    /// <summary>Who may not read the log sees the rest all the same.</summary>
    private static async Task<IReadOnlyList<JsonNode>> RecordsAsync(Session session, long from)
    {
        try
        {
            var page = await session.Server.Audit.ReadRecordsAsync(
                new ReadRecordsRequest { FromIndex = from, PageSize = MaximumRecords },
                cancellationToken: session.Cancellation);
            return [.. page.Records.Select(r => JsonNode.Parse(r)!)];
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.PermissionDenied)
        {
            return [];
        }
    }

    private static IEnumerable<string> Draw(TopFrame frame, string address)
    {
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{address}  {frame.Rate:0.0}/s  errors {frame.ErrorRate:0.0}/s  denied {frame.DeniedRate:0.0}/s  ") +
            string.Create(CultureInfo.InvariantCulture,
                $"p50 {TopFrame.Milliseconds(frame.P50):0.##} ms  p99 {TopFrame.Milliseconds(frame.P99):0.##} ms");
        foreach (var line in (IEnumerable<string>)
        [
            .. List("OPERATION", "PER SECOND", frame.Operations.Select(o => (o.Name,
                o.Rate.ToString("0.0", CultureInfo.InvariantCulture)))),
            .. List("KEY", "USES", frame.Keys.Select(k => (k.Name, k.Count.ToString(CultureInfo.InvariantCulture)))),
            .. List("PRINCIPAL", "REQUESTS", frame.Principals.Select(p => (p.Name,
                p.Count.ToString(CultureInfo.InvariantCulture)))),
            .. List("QUOTA", "USED", frame.Quotas.Select(q => (q.Name,
                q.Used.ToString("P1", CultureInfo.InvariantCulture)))),
        ]) yield return line;
    }

    private static IEnumerable<string> List(
        string name, string figure, IEnumerable<(string Name, string Figure)> rows) =>
        TableWriter.Lines([name, figure], rows.Select(r => new[] { r.Name, r.Figure })).Prepend("");
}
