using System.Diagnostics;
using System.Text.Json;
using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Cluster;

/// <summary>Every process of the database is killed, or stands still, while three nodes are used and changed.</summary>
public sealed class DatabaseOutageTests : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    private readonly PostgresServer _database = new();

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _database.Stop("fast");
        await _database.StartAsync(durable: true);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_acknowledged_is_lost_and_nothing_taken_away_is_served(bool isKilled)
    {
        await using var nodes = await Nodes.StartAsync(_database, 3, (int)Lease.TotalMilliseconds);
        var load = await NotedLoad.StartAsync(nodes);
        for (var outage = 0; outage < 2; outage++)
        {
            await load.GoOnAsync();
            await (isKilled ? _database.KillAsync() : _database.FreezeAsync());
            var gone = Stopwatch.GetTimestamp();
            await load.BeRefusedAsync(since: gone);
            var back = Stopwatch.GetTimestamp();
            if (isKilled) await _database.StartAsync(durable: true);
            else _database.Continue();
            // No renewal that began while there was a database is good for longer.
            var ended = gone + (long)(Lease.TotalSeconds * Stopwatch.Frequency);
            Assert.DoesNotContain(load.Uses, u => u.Status == 200 && u.Began > ended && u.Ended < back);
            // Each is back by itself.
            await load.GoOnAsync();
        }

        await load.EndAsync();
        foreach (var taking in load.Takings)
            Assert.DoesNotContain(load.Uses, u => u.Key == taking.Key && u.Status == 200
                && u.Began > taking.Returned && u.Ended < taking.Ended);
        Assert.All(load.Uses, u => Assert.Contains(u.Status, (int[])[0, 200, 400, 503]));
        Assert.Contains(load.Uses, u => u.Status == 400);
        await load.AssertNothingIsLostAsync();
        await AssertAllIsLoggedAsync(nodes, load);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Clients_of_either_door_see_nothing_of_an_outage_that_is_shorter_than_the_lease(bool isKilled)
    {
        await using var nodes = await Nodes.StartAsync(_database, 3, leaseMilliseconds: 30_000);
        // How long the outage takes is this machine's business: a busy one needs longer than three attempts last.
        using var clients = nodes.StartClients(attempts: 10);
        try
        {
            Assert.Equal("running", await clients.StandardOutput.ReadLineAsync());
            if (isKilled)
            {
                await _database.KillAsync();
                await _database.StartAsync(durable: true);
            }
            else
            {
                await _database.FreezeAsync();
                await nodes.Servers[0].UntilSaidAsync("Out of step");
                _database.Continue();
            }

            await Nodes.EndAsync(clients);
        }
        finally
        {
            clients.Kill();
        }

        await nodes.VerifyLogsAsync();
    }

    /// <summary>Each use that was served and each change that was acknowledged is in a log, none twice, and every log
    /// holds. A node that starts afterwards finds a store whose every row and sum fit.</summary>
    private async Task AssertAllIsLoggedAsync(Nodes nodes, NotedLoad load)
    {
        await Waiting.UntilAsync(() => _database.Query(nodes.Database, "SELECT count(*) FROM outbox") == "0");
        // A use whose lease ended before it was answered has a second record, which says so.
        List<JsonElement> done = [.. (await nodes.RunAsync("audit", "export"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)
            .Where(r => r.GetProperty("outcome").GetString() == "ok")];
        Assert.Equal(done.Count, done.DistinctBy(r => r.GetProperty("id").GetString()).Count());
        int Logged(string operation, string key) => done.Count(r => r.GetProperty("operation").GetString() == operation
            && r.ToString().Contains($"/{key}", StringComparison.Ordinal));
        Assert.True(Logged("decrypt", "") >= load.Uses.Count(u => u.Status == 200));
        for (var node = 0; node < load.Changes.Count; node++)
            Assert.True(Logged("update_key", $"counted{node}\"") >= load.Changes[node]);
        await nodes.VerifyLogsAsync();
        await nodes.RestartAsync(0);
        Assert.Equal(200, await Waiting.InStepAsync(async () => (await nodes.Clients[0].GetAsync(Nodes.Keys)).Status));
    }
}
