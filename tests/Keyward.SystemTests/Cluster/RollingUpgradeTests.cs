using System.Globalization;
using System.Text.Json;
using Keyward.SystemTests.Cluster.NextRelease;
using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Cluster;

/// <summary>Two releases of the program, each a binary of its own, on one database while the newer one takes over node by
/// node, as docs/guides/cluster.md says to do it.</summary>
public sealed class RollingUpgradeTests(PostgresServer postgres)
{
    [Fact]
    public async Task Nodes_of_two_releases_serve_beside_each_other_and_clients_see_nothing_of_the_upgrade()
    {
        var next = await NextProgram.PublishAsync();
        await using var nodes = await Nodes.StartAsync(postgres, 3, leaseMilliseconds: 10_000);
        var builds = await BuildsAsync(nodes);
        var tested = Assert.Single(builds.Values.Distinct());
        Assert.NotEqual(NextProgram.Version, tested);
        Assert.Equal(NextProgram.Schema, SchemaOf(nodes));
        var ciphertext = await nodes.MakeKeyAsync("k");
        // Both vendors' clients, with no more than the retries that they make by themselves.
        using var clients = nodes.StartClients(isBalanced: true);
        try
        {
            Assert.Equal("running", await clients.StandardOutput.ReadLineAsync());
            for (var node = 0; node < 3; node++)
            {
                await StopDrainedAsync(nodes, node);
                if (node == 1) await AssertTooOldAsync(nodes, node);
                await nodes.UpgradeAsync(node, next);
                Assert.Equal(NextProgram.Schema + 1, SchemaOf(nodes));
                await AssertServingAsync(nodes, ciphertext, round: node);
                builds = await BuildsAsync(nodes);
                for (var each = 0; each < 3; each++)
                    Assert.Equal(each <= node ? NextProgram.Version : tested, builds[nodes.Servers[each].Address]);
            }

            await Nodes.EndAsync(clients);
        }
        finally
        {
            clients.Kill();
        }

        await nodes.VerifyLogsAsync();
    }

    /// <summary>As an operator does: balancers are told first, then what is in flight is finished.</summary>
    private static async Task StopDrainedAsync(Nodes nodes, int node)
    {
        var name = (await ListAsync(nodes)).Single(n => AddressOf(n) == nodes.Servers[node].Address)
            .GetProperty("name").GetString()!;
        await nodes.RunAsync("node", "drain", name);
        await Waiting.UntilAsync(async () => (await nodes.Clients[node].GetAsync("/readyz")).Status == 503);
        Assert.Equal(0, await nodes.Servers[node].StopAsync());
    }

    /// <summary>Where the schema is past what a release knows, that release says so and serves nothing.</summary>
    private static async Task AssertTooOldAsync(Nodes nodes, int node)
    {
        var (server, errors) = await KeywardServer.TryStartAsync(
            nodes.Servers[node].Data, "127.0.0.1:0", nodes.Environment());
        Assert.Null(server);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"The store has schema {NextProgram.Schema + 1}, " +
            $"this program knows {NextProgram.Schema}: use a newer Keyward."), errors, StringComparison.Ordinal);
    }

    /// <summary>What is changed at each node is so at every other, whichever release either is of.</summary>
    private static async Task AssertServingAsync(Nodes nodes, string ciphertext, int round)
    {
        for (var node = 0; node < 3; node++)
        {
            await nodes.UntilReadyAsync(node);
            Assert.Equal(200, await nodes.SetStateAsync(node, "k", "DISABLED"));
            for (var other = 0; other < 3; other++)
                Assert.Equal(400, await nodes.DecryptAsync(other, "k", ciphertext));
            Assert.Equal(200, await nodes.SetStateAsync(node, "k", "ENABLED"));
            var key = $"made{round}at{node}";
            await nodes.MakeKeyAsync(node, key);
            var made = await nodes.EncryptAsync(node, key);
            for (var other = 0; other < 3; other++)
            {
                Assert.Equal(200, await nodes.DecryptAsync(other, "k", ciphertext));
                Assert.Equal(200, await nodes.DecryptAsync(other, key, made));
            }
        }
    }

    /// <summary>Each node's release, by its address.</summary>
    private static async Task<Dictionary<string, string>> BuildsAsync(Nodes nodes) =>
        (await ListAsync(nodes)).ToDictionary(AddressOf, n => n.GetProperty("build").GetString()!);

    private static async Task<IReadOnlyList<JsonElement>> ListAsync(Nodes nodes) =>
    [
        .. JsonDocument.Parse(await nodes.RunAsync("node", "list")).RootElement.GetProperty("items").EnumerateArray(),
    ];

    private static string AddressOf(JsonElement node) => node.GetProperty("address").GetString()!;

    private int SchemaOf(Nodes nodes) => int.Parse(
        postgres.Query(nodes.Database, "SELECT number FROM schema_version"), CultureInfo.InvariantCulture);
}
