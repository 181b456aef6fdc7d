using System.Globalization;
using System.Text.Json;
using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Cluster;

/// <summary>A key is due for rotation while the node that runs the jobs stands still, or is killed.</summary>
public sealed class LeadershipTests(PostgresServer postgres)
{
    private const string Key = Nodes.Keys + "/k";

    [Fact]
    public async Task What_is_due_is_done_once_whichever_leader_stands_still_or_dies()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 3, leaseMilliseconds: 2_000);
        await nodes.MakeKeyAsync("k");

        var slept = await LeaderAsync(nodes, asked: 0);
        await DueAsync(nodes, slept);
        await nodes.Servers[slept].SignalAsync("STOP");
        var second = (slept + 1) % 3;
        await RotatedAsync(nodes, second, versions: 2);
        var next = await LeaderAsync(nodes, asked: second);
        Assert.NotEqual(slept, next);
        // It wakes in the belief that it leads, with the same key due in what it knows.
        await nodes.Servers[slept].SignalAsync("CONT");
        await nodes.UntilReadyAsync(slept);

        await DueAsync(nodes, slept);
        nodes.Servers[next].Kill();
        await RotatedAsync(nodes, slept, versions: 3);
        await nodes.RestartAsync(next);
        await DueAsync(nodes, next);
        for (var node = 0; node < 3; node++) await RotatedAsync(nodes, node, versions: 4);

        var records = await nodes.RunAsync("audit", "export");
        Assert.Equal(3, records.Split('\n').Count(r =>
            r.Contains("\"method\":\"RotateKey\"", StringComparison.Ordinal)
            && r.Contains("\"outcome\":\"ok\"", StringComparison.Ordinal)));
        await nodes.VerifyLogsAsync();
    }

    /// <summary>The key is due from the next second on; on a machine that does not bring the call there in time, from a
    /// later one.</summary>
    private static async Task DueAsync(Nodes nodes, int asked)
    {
        for (var seconds = 1; ; seconds *= 2)
        {
            await nodes.UntilReadyAsync(asked);
            var time = DateTimeOffset.UtcNow.AddSeconds(seconds)
                .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            var (status, body) = await nodes.Clients[asked].SendAsync(HttpMethod.Patch,
                Key + "?updateMask=rotationPeriod,nextRotationTime",
                $$"""{"rotationPeriod":"86400s","nextRotationTime":"{{time}}"}""");
            if (status == 200) return;
            Assert.True(status is 400 or 503 && seconds < 100, body.ToString());
        }
    }

    private static async Task RotatedAsync(Nodes nodes, int asked, int versions)
    {
        var found = 0;
        await Waiting.UntilAsync(async () =>
        {
            var (status, body) = await nodes.Clients[asked].GetAsync(Key + "/cryptoKeyVersions");
            Assert.True(status is 200 or 503, body.ToString());
            found = status == 200 ? body.GetProperty("cryptoKeyVersions").GetArrayLength() : 0;
            return found >= versions;
        });
        Assert.Equal(versions, found);
    }

    private static async Task<int> LeaderAsync(Nodes nodes, int asked)
    {
        while (true)
        {
            var (code, output, errors) = await KeywardServer.RunAsync(KeywardServer.Program, ["node", "list"], null,
                [.. nodes.Servers[0].AdminEnvironment(), ("KEYWARD_ADDR", nodes.Servers[asked].Address)]);
            Assert.True(code == 0, errors);
            var leader = JsonDocument.Parse(output).RootElement.GetProperty("items").EnumerateArray()
                .Where(n => n.TryGetProperty("leader", out _)).Select(n => n.GetProperty("address").GetString())
                .SingleOrDefault();
            if (nodes.Servers.ToList().FindIndex(s => s.Address == leader) is >= 0 and var found) return found;
        }
    }
}
