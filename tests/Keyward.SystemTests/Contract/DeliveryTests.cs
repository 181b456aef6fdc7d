using System.Globalization;
using System.Text.Json;
using Keyward.SystemTests.Running;
using Keyward.Tests.Delivery.Sinks;

namespace Keyward.SystemTests.Contract;

/// <summary>The real server delivers its log: through a kill, and past a collector that is down, nothing is left
/// out.</summary>
public sealed class DeliveryTests : IDisposable
{
    private readonly TemporaryData _data = new();

    [Fact]
    public async Task Every_record_arrives_at_every_sink_through_a_kill()
    {
        await using var host = await SinkHost.StartAsync();
        var lines = _data.In("audit.jsonl");
        (string, string)[] sinks =
            [("KEYWARD_AUDIT_SINKS", $"hook=https://{host.Authority}/in?ca_file={host.CaFile},lines=file://{lines}?form=ocsf")];
        var last = 0L;
        var received = new SortedDictionary<long, string>();
        for (var life = 0; life < 3; life++)
        {
            await using var server = await KeywardServer.StartAsync(_data.In("kms"), environment: sinks);
            using var client = new RestClient(server);
            for (var i = 0; i < 20; i++) last = await UseAsync(client);
            // The second life is killed with records on their way.
            if (life != 1) await ReceiveAsync(host, received, last);
            if (life == 2) await Waiting.UntilAsync(() => IndexesIn(lines).Contains(last));
            server.Kill();
        }

        Assert.Equal(Enumerable.Range(0, (int)last + 1).Select(i => (long)i), received.Keys.TakeWhile(i => i <= last));
        Assert.Equal(Enumerable.Range(0, (int)last + 1).Select(i => (long)i),
            IndexesIn(lines).Distinct().Order().TakeWhile(i => i <= last));
    }

    [Fact]
    public async Task A_replay_brings_records_once_more_and_never_leaves_any_out()
    {
        var lines = _data.In("audit.jsonl");
        (string, string) sink = ("KEYWARD_AUDIT_SINKS", $"lines=file://{lines}?form=ocsf");
        var last = 0L;
        await using (var server = await KeywardServer.StartAsync(_data.In("kms"), environment: sink))
        {
            using var client = new RestClient(server);
            for (var i = 0; i < 10; i++) last = await UseAsync(client);
            await Waiting.UntilAsync(() => IndexesIn(lines).Contains(last));
            Assert.Equal(1, (await ReplayAsync("lines", "0")).Code);
            await server.StopAsync();
        }

        Assert.Equal(1, (await ReplayAsync("none", "0")).Code);
        Assert.Equal(1, (await ReplayAsync("lines", "1000000")).Code);
        var (code, output, errors) = await ReplayAsync("lines", "3");
        Assert.True(code == 0, errors);
        Assert.Contains("\"from\":3", output, StringComparison.Ordinal);
        Assert.Contains("\"from\":3,\"again\":0",
            (await ReplayAsync("lines", "2999-01-01T00:00:00Z")).Output, StringComparison.Ordinal);
        await using var again = await KeywardServer.StartAsync(_data.In("kms"), environment: sink);
        await Waiting.UntilAsync(() => IndexesIn(lines).Count(i => i == last) == 2);
        Assert.Equal(1, IndexesIn(lines).Count(i => i == 2));
        Assert.Equal(2, IndexesIn(lines).Count(i => i == 3));
    }

    [Fact]
    public async Task A_collector_that_is_down_holds_nothing_back_and_is_seen()
    {
        await using var host = await SinkHost.StartAsync();
        host.Answer(503, "");
        await using var server = await KeywardServer.StartAsync(_data.In("kms"), environment:
            ("KEYWARD_AUDIT_SINKS", $"hook=https://{host.Authority}/in?ca_file={host.CaFile}"));
        using var client = new RestClient(server);
        var last = 0L;
        for (var i = 0; i < 20; i++) last = await UseAsync(client);
        await server.UntilSaidAsync("do not reach the sink hook");
        Assert.Contains("answered 503", server.Errors);
        var metrics = await client.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        var lag = metrics.Split('\n').Single(l => l.StartsWith("keyward_audit_export_lag_entries{", StringComparison.Ordinal));
        Assert.Contains("sink=\"hook\"", lag);
        Assert.True(double.Parse(lag.Split(' ')[1], CultureInfo.InvariantCulture) >= last, lag);
        host.Answer(200, "");
        var received = new SortedDictionary<long, string>();
        await ReceiveAsync(host, received, last);
        await server.UntilSaidAsync("takes audit records again");
        Assert.Equal(Enumerable.Range(0, (int)last + 1).Select(i => (long)i), received.Keys.TakeWhile(i => i <= last));
    }

    private Task<(int Code, string Output, string Errors)> ReplayAsync(string sink, string from) =>
        KeywardServer.RunAsync(KeywardServer.Program,
            ["audit", "replay", sink, "--from", from, "--data", _data.In("kms"), "--format", "json"]);

    public void Dispose() => _data.Dispose();

    /// <summary>A call, and the index of its record.</summary>
    private static async Task<long> UseAsync(RestClient client)
    {
        using var reply = await client.Http.GetAsync(new Uri("/keyward/v1/caller", UriKind.Relative));
        var receipt = reply.Headers.GetValues("x-keyward-receipt").Single();
        return long.Parse(receipt.Split('#')[1], CultureInfo.InvariantCulture);
    }

    private static async Task ReceiveAsync(SinkHost host, SortedDictionary<long, string> received, long until)
    {
        using var patience = new CancellationTokenSource(KeywardServer.Patience);
        while (!received.ContainsKey(until))
        {
            var request = await host.Arrivals.Reader.ReadAsync(patience.Token);
            var index = long.Parse(request.Headers["x-keyward-first-index"], CultureInfo.InvariantCulture);
            foreach (var line in request.Body.TrimEnd('\n').Split('\n')) received[index++] = line;
        }
    }

    /// <summary>Of the lines that are there in whole: the last one may be half written.</summary>
    private static List<long> IndexesIn(string file)
    {
        if (!File.Exists(file)) return [];
        var text = File.ReadAllText(file);
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(IndexOf)];
    }

    private static long IndexOf(string line)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("metadata").GetProperty("sequence").GetInt64();
    }
}
