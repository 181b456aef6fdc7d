using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Cluster;

/// <summary>Wall clocks that are set by a day while nodes and database run. Leases are durations: none may last longer or be
/// waited out by them; one that is set forward looks like a pause of the whole machine, and ends its node's lease until
/// the next synchronisation.</summary>
public sealed class ClockTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_nodes_clock_prolongs_neither_its_own_lease_nor_its_wait_for_anothers(int days)
    {
        await using var nodes = await Nodes.StartAsync(postgres, 1, leaseMilliseconds: 2_000);
        var folder = nodes.Prepare("clocks");
        var (waiter, holder) = (new WallClock(folder + "/waiter"), new WallClock(folder + "/holder"));
        await nodes.AddAsync(waiter.Environment);
        await nodes.AddAsync(holder.Environment);
        var ciphertext = await nodes.MakeKeyAsync("k");
        for (var node = 0; node < 3; node++) Assert.Equal(200, await nodes.DecryptAsync(node, "k", ciphertext));

        holder.Set(TimeSpan.FromDays(days));
        using var there = ClientOf(nodes, 2, days);
        using var right = ClientOf(nodes, 2, days: 0);
        Assert.Equal(401, await DecryptAsync(right, ciphertext));
        Assert.Equal(200, await DecryptAsync(there, ciphertext));
        Assert.Equal(200, await nodes.SetStateAsync(0, "k", "DISABLED"));
        Assert.Equal(400, await DecryptAsync(there, ciphertext));
        Assert.Equal(200, await nodes.SetStateAsync(0, "k", "ENABLED"));
        Assert.Equal(200, await DecryptAsync(there, ciphertext));

        // It sleeps through a change, and its clock is set meanwhile; so is that of the node which waits for it.
        await nodes.Servers[2].SignalAsync("STOP");
        var change = await BeginAsync(nodes, "DISABLED");
        waiter.Set(TimeSpan.FromDays(days));
        holder.Set(TimeSpan.Zero);
        Assert.Equal(200, await change);
        Assert.Equal(400, await nodes.DecryptAsync(0, "k", ciphertext));
        await nodes.Servers[2].SignalAsync("CONT");
        Assert.Equal(400, await nodes.DecryptAsync(2, "k", ciphertext));

        using var waiting = ClientOf(nodes, 1, days);
        Assert.Equal(400, await DecryptAsync(waiting, ciphertext));
        Assert.Equal(200, await nodes.SetStateAsync(2, "k", "ENABLED"));
        Assert.Equal(200, await DecryptAsync(waiting, ciphertext));
        await nodes.VerifyLogsAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task The_databases_clock_moves_no_lease(int days)
    {
        await using var database = new PostgresServer();
        await database.InitializeAsync();
        database.Stop("fast");
        var clock = new WallClock(database.Folder + "/clock");
        await database.StartAsync(environment: [.. clock.Environment.Select(e => $"{e.Name}={e.Value}")]);
        await using var nodes = await Nodes.StartAsync(database, 2, leaseMilliseconds: 2_000);
        var ciphertext = await nodes.MakeKeyAsync("k");
        Assert.Equal(200, await nodes.DecryptAsync(1, "k", ciphertext));

        clock.Set(TimeSpan.FromDays(days));
        var shown = long.Parse(database.Query("postgres", "SELECT floor(extract(epoch FROM clock_timestamp()))"));
        Assert.InRange(shown - DateTimeOffset.UtcNow.AddDays(days).ToUnixTimeSeconds(), -60, 60);
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(200, await nodes.DecryptAsync(1, "k", ciphertext));
            Assert.Equal(200, await nodes.SetStateAsync(0, "k", "DISABLED"));
            Assert.Equal(400, await nodes.DecryptAsync(1, "k", ciphertext));
            Assert.Equal(200, await nodes.SetStateAsync(1, "k", "ENABLED"));
        }

        await nodes.Servers[1].SignalAsync("STOP");
        Assert.Equal(200, await nodes.SetStateAsync(0, "k", "DISABLED"));
        await nodes.Servers[1].SignalAsync("CONT");
        Assert.Equal(400, await nodes.DecryptAsync(1, "k", ciphertext));
        await nodes.VerifyLogsAsync();
    }

    /// <summary>A change at node 1 that is committed when this returns, and waits for the others.</summary>
    private async Task<Task<int>> BeginAsync(Nodes nodes, string state)
    {
        var before = Seq();
        var change = nodes.SetStateOnceAsync(1, "k", state);
        await Waiting.UntilAsync(() => Seq() != before);
        return change;

        string Seq() => postgres.Query(nodes.Database, "SELECT seq FROM counter");
    }

    /// <summary>A client whose clock is set as its node's is.</summary>
    private static RestClient ClientOf(Nodes nodes, int node, int days) => new(
        nodes.Servers[node], Path.Combine(nodes.Servers[0].Data, "credentials/admin.json"), TimeSpan.FromDays(days));

    /// <summary>Refused as stale for a while, as after a change that it slept through, says nothing yet.</summary>
    private static Task<int> DecryptAsync(RestClient client, string ciphertext) => Waiting.InStepAsync(async () =>
        (await client.PostAsync($"{Nodes.Keys}/k:decrypt", $$"""{"ciphertext":"{{ciphertext}}"}""")).Status);
}
