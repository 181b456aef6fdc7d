using System.Collections.Concurrent;
using System.Diagnostics;
using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Keyward.SystemTests.Cluster;

/// <summary>What is taken away at one node is refused by every node from the moment that the call returns. The checker
/// judges from its own notes alone: when each request began and how it ended.</summary>
public sealed class RevocationTests(PostgresServer postgres)
{
    private sealed record Note(int Node, long Began, int Status);

    [Fact]
    public async Task A_disabled_version_is_refused_by_every_node_once_the_call_has_returned()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 3, leaseMilliseconds: 5_000);
        for (var round = 0; round < 12; round++)
        {
            var key = $"k{round}";
            var ciphertext = await nodes.MakeKeyAsync(key);
            for (var node = 0; node < 3; node++) Assert.Equal(200, await nodes.DecryptAsync(node, key, ciphertext));
            var (notes, returned) = await UnderLoadAsync(nodes, key, ciphertext, async () =>
                Assert.Equal(200, await nodes.SetStateAsync(round % 3, key, "DISABLED")));
            Assert.DoesNotContain(notes, n => n.Status == 200 && n.Began > returned);
            Assert.Contains(notes, n => n.Began > returned && n.Status == 400);
            Assert.Contains(notes, n => n.Status == 200);
            // What was given back is served by every node at once, too.
            Assert.Equal(200, await nodes.SetStateAsync((round + 1) % 3, key, "ENABLED"));
            for (var node = 0; node < 3; node++) Assert.Equal(200, await nodes.DecryptAsync(node, key, ciphertext));
        }
    }

    [Fact]
    public async Task A_node_that_stands_still_holds_a_change_up_for_a_lease_and_serves_nothing_stale_afterwards()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 3, leaseMilliseconds: 2_000);
        var ciphertext = await nodes.MakeKeyAsync("frozen");
        Assert.Equal(200, await nodes.DecryptAsync(2, "frozen", ciphertext));
        await nodes.Servers[2].SignalAsync("STOP");
        Assert.Equal(200, await nodes.SetStateAsync(0, "frozen", "DISABLED"));
        Assert.Equal(400, await nodes.DecryptAsync(1, "frozen", ciphertext));
        await nodes.Servers[2].SignalAsync("CONT");
        // Refused as stale, or as disabled once it has caught up: never served.
        var statuses = new HashSet<int>();
        while (!statuses.Contains(400))
        {
            statuses.Add(await nodes.DecryptOnceAsync(2, "frozen", ciphertext));
            Assert.DoesNotContain(200, statuses);
        }
    }

    [Fact]
    public async Task A_node_that_died_is_waited_out_once_and_its_place_is_free()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 2, leaseMilliseconds: 2_000);
        var ciphertext = await nodes.MakeKeyAsync("left");
        nodes.Servers[1].Kill();
        Assert.Equal(200, await nodes.SetStateAsync(0, "left", "DISABLED"));
        Assert.Equal(400, await nodes.DecryptAsync(0, "left", ciphertext));
        var again = await KeywardServer.StartAsync(nodes.Servers[1].Data, "127.0.0.1:0", nodes.Environment());
        using var client = new RestClient(again, Path.Combine(nodes.Servers[0].Data, "credentials/admin.json"));
        Assert.Equal(400, await Waiting.InStepAsync(async () => (await client.PostAsync(
            $"{Nodes.Keys}/left:decrypt", $$"""{"ciphertext":"{{ciphertext}}"}""")).Status));
        Assert.Equal(0, await again.StopAsync());
    }

    /// <summary>All notes, and the clock when the change had returned.</summary>
    private static async Task<(IReadOnlyList<Note> Notes, long Returned)> UnderLoadAsync(
        Nodes nodes, string key, string ciphertext, Func<Task> change)
    {
        var notes = new ConcurrentQueue<Note>();
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 6).Select(i => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var began = Stopwatch.GetTimestamp();
                notes.Enqueue(new Note(i % 3, began, await nodes.DecryptOnceAsync(i % 3, key, ciphertext)));
            }
        })).ToList();
        await Waiting.UntilAsync(() => notes.Count >= 12 && notes.Any(n => n.Status == 200));
        await change();
        var returned = Stopwatch.GetTimestamp();
        await Waiting.UntilAsync(() => Enumerable.Range(0, 3).All(node =>
            notes.Any(n => n.Node == node && n.Began > returned && n.Status != 503)));
        await stop.CancelAsync();
        await Task.WhenAll(load);
        return ([.. notes], returned);
    }
}
