using System.Diagnostics;
using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Cluster;

/// <summary>A primary and a standby that streams from it: what a failover may lose, and what it may not.</summary>
public sealed class StandbyTests : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    private readonly PostgresServer _primary = new();
    private readonly PostgresServer _standby = new();

    public ValueTask InitializeAsync() => _primary.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _standby.DisposeAsync();
        await _primary.DisposeAsync();
    }

    [Fact]
    public async Task A_change_that_no_standby_has_is_not_acknowledged_and_uses_go_on()
    {
        await using var nodes = await Nodes.StartAsync(_primary, 2, (int)Lease.TotalMilliseconds);
        var ciphertext = await nodes.MakeKeyAsync("k");
        _primary.Demand("nobody");
        var began = Stopwatch.GetTimestamp();
        var change = nodes.SetStateOnceAsync(0, "k", "DISABLED");
        // Through many leases: a renewal waits for no standby, and nobody applies what could still vanish. A node that
        // a busy machine kept from its renewal refuses for a moment, and serves again.
        var lastServed = began;
        while (!change.IsCompleted)
        {
            var status = await nodes.DecryptOnceAsync(1, "k", ciphertext);
            Assert.Contains(status, (int[])[200, 503]);
            if (status == 200) lastServed = Stopwatch.GetTimestamp();
        }

        Assert.Equal(503, await change);
        Assert.True(Stopwatch.GetElapsedTime(began, lastServed) > 2 * Lease);

        _primary.Demand("");
        Assert.Equal(200, await nodes.SetStateAsync(0, "k", "DISABLED"));
        Assert.Equal(400, await nodes.DecryptAsync(1, "k", ciphertext));
        // Each has vouched for the other's log meanwhile, and the folder alone shows it.
        foreach (var server in nodes.Servers)
            await Waiting.UntilAsync(() => HasFile(Path.Combine(server.Data, "audit"), "cosigned"));
        var listed = (await nodes.Clients[0].GetAsync("/keyward/v1/nodes")).Body.GetProperty("nodes");
        Assert.All(listed.EnumerateArray(), n => Assert.Contains(listed.EnumerateArray(), w => n.GetProperty(
            "logWitnesses")[0].GetProperty("name").GetString() == w.GetProperty("name").GetString()));
        var logs = await nodes.VerifyLogsAsync();
        string[] origins = [.. logs.Select(l => l.GetProperty("log").GetString()!).Order()];
        Assert.Equal(2, origins.Distinct().Count());
        Assert.All(logs, l => Assert.Equal(
            origins.Where(o => o != l.GetProperty("log").GetString()),
            l.GetProperty("witnesses").EnumerateArray().Select(w => w.GetString()!)));
    }

    [Fact]
    public async Task A_failover_to_a_standby_that_lost_changes_is_refused_by_every_node()
    {
        await using var nodes = await Nodes.StartAsync(_primary, 2, leaseMilliseconds: 5_000, _standby);
        var ciphertext = await nodes.MakeKeyAsync("k");
        await _standby.FollowAsync(_primary);
        // The standby gets nothing more: the change that takes the right away is on the primary alone.
        _standby.StopReceiving();
        Assert.Equal(200, await nodes.SetStateAsync(0, "k", "DISABLED"));
        _primary.Stop("immediate");
        _standby.Promote();
        for (var node = 0; node < 2; node++)
        {
            int status;
            while ((status = await nodes.DecryptOnceAsync(node, "k", ciphertext)) != 503) Assert.Equal(400, status);
            while ((await nodes.Clients[node].GetAsync("/readyz")).Body.GetProperty("status").GetString()
                != "store_rolled_back") Assert.NotEqual(200, await nodes.DecryptOnceAsync(node, "k", ciphertext));
        }
    }

    [Fact]
    public async Task A_failover_that_lost_nothing_is_not_seen_by_clients_of_either_door()
    {
        await using var nodes = await Nodes.StartAsync(_primary, 2, leaseMilliseconds: 10_000, _standby);
        var ciphertext = await nodes.MakeKeyAsync("k");
        await _standby.FollowAsync(_primary);
        _primary.Demand("*");
        // How long the failover takes is this machine's business: a busy one needs longer than three attempts last.
        using var clients = nodes.StartClients(attempts: 10);
        try
        {
            Assert.Equal("running", await clients.StandardOutput.ReadLineAsync());
            _primary.Stop("immediate");
            _standby.Promote();
            await Nodes.EndAsync(clients);
        }
        finally
        {
            clients.Kill();
        }

        Assert.Equal(200, await nodes.SetStateAsync(1, "k", "DISABLED"));
        Assert.Equal(400, await nodes.DecryptAsync(0, "k", ciphertext));
        await nodes.VerifyLogsAsync();
    }

    /// <summary>In a folder in which files come and go meanwhile.</summary>
    private static bool HasFile(string folder, string name)
    {
        try
        {
            return Directory.GetFiles(folder, name, SearchOption.AllDirectories) is not [];
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
    }
}
