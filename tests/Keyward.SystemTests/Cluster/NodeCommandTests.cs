using System.Text.Json;
using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Cluster;

/// <summary>What an operator sees of the nodes, and may ask of them.</summary>
public sealed class NodeCommandTests(PostgresServer postgres)
{
    [Fact]
    public async Task A_drained_node_says_that_it_wants_no_traffic_and_serves_what_comes()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 3, leaseMilliseconds: 30_000);
        var ciphertext = await nodes.MakeKeyAsync("k");
        IReadOnlyList<JsonElement> list = [];
        await Waiting.UntilAsync(async () => (list = await ListAsync(nodes)).Count == 3
            && list.All(n => n.GetProperty("state").GetString() == "LIVING"));
        var self = Assert.Single(list, n => n.TryGetProperty("self", out _));
        Assert.Equal(nodes.Servers[0].Address, self.GetProperty("address").GetString());
        Assert.True(self.TryGetProperty("propagationP99", out _));
        await Waiting.UntilAsync(async () => (list = await ListAsync(nodes)).Any(n => n.TryGetProperty("leader", out _)));
        var leader = Assert.Single(list, n => n.TryGetProperty("leader", out _));
        var (which, name) = (IndexOf(nodes, leader), leader.GetProperty("name").GetString()!);

        Assert.Equal("DRAINING", (await RunAsync(nodes, "node", "drain", name)).GetProperty("state").GetString());
        await Waiting.UntilAsync(async () => (await nodes.Clients[which].GetAsync("/readyz")).Status == 503);
        Assert.Equal("drained",
            (await nodes.Clients[which].GetAsync("/readyz")).Body.GetProperty("status").GetString());
        Assert.Equal(200, await nodes.DecryptAsync(which, "k", ciphertext));
        // Another one leads in its place.
        await Waiting.UntilAsync(async () => (await ListAsync(nodes)).Any(
            n => n.TryGetProperty("leader", out _) && IndexOf(nodes, n) != which));

        await RunAsync(nodes, "node", "drain", name, "--undo");
        await nodes.UntilReadyAsync(which);
        Assert.Equal("LIVING", (await RunAsync(nodes, "node", "describe", name)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_node_that_lives_cannot_be_removed_and_one_whose_machine_is_off_is_not_waited_for()
    {
        // So long that it is over for no reason but the removal.
        await using var nodes = await Nodes.StartAsync(postgres, 2, leaseMilliseconds: 300_000);
        var ciphertext = await nodes.MakeKeyAsync("k");
        var name = (await ListAsync(nodes)).Single(n => IndexOf(nodes, n) == 1).GetProperty("name").GetString()!;
        await Waiting.UntilAsync(async () =>
            (await RunAsync(nodes, "node", "describe", name)).GetProperty("state").GetString() == "LIVING");
        var (code, _, errors) = await CommandAsync(nodes, "node", "remove", name, "--is-off", "--reason", "test");
        Assert.Equal(1, code);
        Assert.Contains("renews its lease", errors, StringComparison.Ordinal);

        nodes.Servers[1].Kill();
        await Waiting.UntilAsync(async () =>
            (await RunAsync(nodes, "node", "describe", name)).GetProperty("state").GetString() == "SILENT");
        (code, _, errors) = await CommandAsync(nodes, "node", "remove", name);
        Assert.Equal(1, code);
        Assert.Contains("--is-off", errors, StringComparison.Ordinal);

        // A change that waits for it goes on when it is removed, and its record says who was not there.
        var waiting = nodes.SetStateAsync(0, "k", "DISABLED");
        await RunAsync(nodes, "node", "remove", name, "--is-off", "--reason", "the disk burnt");
        Assert.Equal(200, await waiting);
        Assert.Equal(400, await nodes.DecryptAsync(0, "k", ciphertext));
        Assert.Single(await ListAsync(nodes));
        var record = await RecordAsync(nodes, "change_applied");
        Assert.DoesNotContain(name["nodes/".Length..], record, StringComparison.Ordinal);
        Assert.Contains("the disk burnt", await RecordAsync(nodes, "remove_node"), StringComparison.Ordinal);
        (code, _, errors) = await CommandAsync(nodes, "node", "describe", name);
        Assert.Equal(1, code);
        Assert.Contains("There is no node", errors, StringComparison.Ordinal);
        Assert.Contains("keyward node list", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_whose_own_log_was_put_back_serves_nothing_and_the_others_go_on()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 2, leaseMilliseconds: 2_000);
        var ciphertext = await nodes.MakeKeyAsync("k");
        var (log, older) = (Path.Combine(nodes.Servers[1].Data, "audit"), nodes.Prepare("older"));
        Assert.Equal(0, await nodes.Servers[1].StopAsync());
        CopyFolder(log, older);
        await nodes.RestartAsync(1);
        Assert.Equal(200, await nodes.DecryptAsync(1, "k", ciphertext));
        Assert.Equal(0, await nodes.Servers[1].StopAsync());
        Directory.Delete(log, recursive: true);
        CopyFolder(older, log);

        await nodes.RestartAsync(1);
        var ready = await nodes.Clients[1].GetAsync("/readyz");
        Assert.Equal(503, ready.Status);
        Assert.Equal("log_rolled_back", ready.Body.GetProperty("status").GetString());
        Assert.Contains("keyward audit succeed", ready.Body.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(503, await nodes.DecryptOnceAsync(1, "k", ciphertext));
        Assert.Equal(200, await nodes.DecryptAsync(0, "k", ciphertext));
    }

    [Fact]
    public async Task Records_of_changes_cannot_be_cut_off_the_log_of_a_node_that_was_killed()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 2, leaseMilliseconds: 2_000);
        await nodes.MakeKeyAsync("k");
        var (log, older) = (Path.Combine(nodes.Servers[1].Data, "audit"), nodes.Prepare("older"));
        CopyAsItStands(log, older);
        Assert.Equal(200, await nodes.SetStateAsync(1, "k", "DISABLED"));
        // From here on the store does not hold the record any more.
        await Waiting.UntilAsync(() => postgres.Query(nodes.Database, "SELECT count(*) FROM outbox") == "0");
        nodes.Servers[1].Kill();
        Directory.Delete(log, recursive: true);
        CopyFolder(older, log);

        await nodes.RestartAsync(1);
        var ready = await nodes.Clients[1].GetAsync("/readyz");
        Assert.Equal((503, "log_rolled_back"), (ready.Status, ready.Body.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task A_server_of_its_own_is_one_node()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        var (code, output, errors) = await KeywardServer.RunAsync(
            KeywardServer.Program, ["node", "list", "--format", "json"], null, server.AdminEnvironment());
        Assert.True(code == 0, errors);
        var node = Assert.Single(JsonDocument.Parse(output).RootElement.GetProperty("items").EnumerateArray());
        Assert.Equal(server.Address, node.GetProperty("address").GetString());
        (code, _, errors) = await KeywardServer.RunAsync(KeywardServer.Program,
            ["node", "drain", node.GetProperty("name").GetString()!], null, server.AdminEnvironment());
        Assert.Equal(1, code);
        Assert.Contains("one node", errors, StringComparison.Ordinal);
    }

    private static int IndexOf(Nodes nodes, JsonElement node) => nodes.Servers.Select((s, i) => (s, i))
        .Single(s => s.s.Address == node.GetProperty("address").GetString()).i;

    private static async Task<IReadOnlyList<JsonElement>> ListAsync(Nodes nodes) =>
        [.. (await RunAsync(nodes, "node", "list")).GetProperty("items").EnumerateArray()];

    private static async Task<JsonElement> RunAsync(Nodes nodes, params string[] arguments)
    {
        var (code, output, errors) = await CommandAsync(nodes, arguments);
        Assert.True(code == 0, errors);
        return JsonDocument.Parse(output).RootElement;
    }

    private static Task<(int Code, string Output, string Errors)> CommandAsync(Nodes nodes, params string[] arguments) =>
        KeywardServer.RunAsync(KeywardServer.Program, [.. arguments, "--format", "json"], null,
            nodes.Servers[0].AdminEnvironment());

    private static async Task<string> RecordAsync(Nodes nodes, string operation)
    {
        var (_, page) = await nodes.Clients[0].GetAsync($"/keyward/v1/audit/records?pageSize=1000&operation={operation}");
        return page.GetProperty("records").EnumerateArray().Last().GetString()!;
    }

    /// <summary>A copy of a log that nothing was written to meanwhile.</summary>
    private static void CopyAsItStands(string from, string to)
    {
        while (!IsCopied())
        {
        }

        bool IsCopied()
        {
            try
            {
                var before = LastWrite();
                if (Directory.Exists(to)) Directory.Delete(to, recursive: true);
                CopyFolder(from, to);
                return LastWrite() == before;
            }
            catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
            {
                // One that was there only until its contents had moved on.
                return false;
            }
        }

        DateTime LastWrite() => Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories)
            .Max(File.GetLastWriteTimeUtc);
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }
}
