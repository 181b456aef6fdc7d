using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Cluster;

/// <summary>A node that cannot reach the database, while the others can.</summary>
public sealed class PartitionTests(PostgresServer postgres)
{
    [Fact]
    public async Task A_node_that_is_cut_off_from_the_database_serves_nothing_that_was_taken_away_meanwhile()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 2, leaseMilliseconds: 2_000);
        using var proxy = new DatabaseProxy(nodes.Prepare("proxy"), postgres.Folder);
        await nodes.AddThroughAsync("proxy");
        var ciphertext = await nodes.MakeKeyAsync("k");
        for (var node = 0; node < 3; node++) Assert.Equal(200, await nodes.DecryptAsync(node, "k", ciphertext));

        proxy.Cut();
        // The change waits for the lease of the node that cannot hear of it, and no longer.
        Assert.Equal(200, await nodes.SetStateAsync(0, "k", "DISABLED"));
        Assert.Equal(503, await nodes.DecryptOnceAsync(2, "k", ciphertext));
        Assert.Equal(400, await nodes.DecryptAsync(1, "k", ciphertext));
        var ready = await nodes.Clients[2].GetAsync("/readyz");
        Assert.Equal((503, "stale"), (ready.Status, ready.Body.GetProperty("status").GetString()));
        Assert.Equal(503, await nodes.SetStateOnceAsync(2, "k", "ENABLED"));
        // The others neither wait for it any more nor are they less ready.
        Assert.Equal(200, await nodes.SetStateAsync(1, "k", "ENABLED"));
        Assert.Equal(200, await nodes.SetStateAsync(0, "k", "DISABLED"));
        for (var node = 0; node < 2; node++) await nodes.UntilReadyAsync(node);

        proxy.Mend();
        await nodes.UntilReadyAsync(2);
        Assert.Equal(400, await nodes.DecryptAsync(2, "k", ciphertext));
        Assert.Equal(200, await nodes.SetStateAsync(2, "k", "ENABLED"));
        for (var node = 0; node < 3; node++) Assert.Equal(200, await nodes.DecryptAsync(node, "k", ciphertext));
        await nodes.VerifyLogsAsync();
    }

    [Fact]
    public async Task Each_node_in_turn_stands_still_and_each_is_killed_and_none_serves_what_was_taken_away()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 3, leaseMilliseconds: 2_000);
        var ciphertext = await nodes.MakeKeyAsync("k");
        for (var node = 0; node < 3; node++)
        {
            var other = (node + 1) % 3;
            await nodes.Servers[node].SignalAsync("STOP");
            Assert.Equal(200, await nodes.SetStateAsync(other, "k", "DISABLED"));
            await nodes.Servers[node].SignalAsync("CONT");
            // It has slept through the change: it refuses for either reason, and soon for the right one.
            Assert.Equal(400, await nodes.DecryptAsync(node, "k", ciphertext));
            Assert.Equal(200, await nodes.SetStateAsync(node, "k", "ENABLED"));
        }

        for (var node = 0; node < 3; node++)
        {
            var other = (node + 1) % 3;
            nodes.Servers[node].Kill();
            Assert.Equal(200, await nodes.SetStateAsync(other, "k", "DISABLED"));
            await nodes.RestartAsync(node);
            Assert.Equal(400, await nodes.DecryptAsync(node, "k", ciphertext));
            Assert.Equal(200, await nodes.SetStateAsync(node, "k", "ENABLED"));
            for (var each = 0; each < 3; each++) Assert.Equal(200, await nodes.DecryptAsync(each, "k", ciphertext));
        }

        await nodes.VerifyLogsAsync();
    }
}
