using System.Text.Json;
using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Cluster;

/// <summary>The root is exchanged under three nodes that serve, one of which is killed, and one of which cannot keep
/// it.</summary>
public sealed class RootRotationTests(PostgresServer postgres)
{
    [Fact]
    public async Task Every_node_keeps_the_new_root_before_the_old_one_goes()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 3, leaseMilliseconds: 3_000);
        var ciphertext = await nodes.MakeKeyAsync("k");
        var old = await File.ReadAllBytesAsync(RootOf(nodes, 0));
        nodes.Servers[2].Kill();

        var rotated = await ReadAsync(nodes, "root", "rotate");
        Assert.Equal(2, rotated.GetProperty("generation").GetInt32());
        Assert.True(rotated.GetProperty("rotating").GetBoolean());
        foreach (var node in (int[])[0, 1]) Assert.Equal(200, await nodes.DecryptAsync(node, "k", ciphertext));
        await UntilAsync(nodes, waiting => waiting.Length == 1);
        var (code, _, errors) = await KeywardServer.RunAsync(KeywardServer.Program,
            ["root", "rotate", "--finish"], null, nodes.Servers[0].AdminEnvironment());
        Assert.Equal(1, code);
        Assert.Contains("is not kept yet by nodes/node-", errors, StringComparison.Ordinal);

        // The one that was away comes with the old root and goes over the bridge.
        await nodes.RestartAsync(2);
        await UntilAsync(nodes, waiting => waiting.Length == 0);
        await nodes.RunAsync("root", "rotate", "--finish");
        for (var node = 0; node < 3; node++)
        {
            Assert.Equal(200, await nodes.DecryptAsync(node, "k", ciphertext));
            Assert.NotEqual(old, await File.ReadAllBytesAsync(RootOf(nodes, node)));
        }

        // Killed and started again, each opens by what it keeps; who has the old root alone stays sealed.
        nodes.Servers[1].Kill();
        await nodes.RestartAsync(1);
        Assert.Equal(200, await nodes.DecryptAsync(1, "k", ciphertext));
        await nodes.RunAsync("project", "rotate-key", "default");
        for (var node = 0; node < 3; node++) Assert.Equal(200, await nodes.DecryptAsync(node, "k", ciphertext));
        foreach (var operation in (string[])["rotate_root", "finish_root_rotation", "rotate_project_key"])
            Assert.Contains("\"ok\"", await nodes.RunAsync("audit", "export", "--operation", operation),
                StringComparison.Ordinal);
        nodes.Servers[1].Kill();
        await File.WriteAllBytesAsync(RootOf(nodes, 1), old);
        await nodes.RestartAsync(1);
        Assert.Equal("sealed", (await nodes.Clients[1].GetAsync("/readyz")).Body.GetProperty("status").GetString());
        await nodes.VerifyLogsAsync();
    }

    private static string RootOf(Nodes nodes, int node) => Path.Combine(nodes.Servers[node].Data, "root.key");

    private static async Task<JsonElement> ReadAsync(Nodes nodes, params string[] arguments)
    {
        using var read = JsonDocument.Parse(await nodes.RunAsync(arguments));
        return read.RootElement.Clone();
    }

    /// <summary>Nodes look at their files once a second; asked again until they have.</summary>
    private static async Task UntilAsync(Nodes nodes, Func<string[], bool> isSo)
    {
        await Waiting.UntilAsync(async () =>
        {
            var root = await ReadAsync(nodes, "root", "describe");
            return isSo(root.TryGetProperty("waiting", out var waiting)
                ? [.. waiting.EnumerateArray().Select(n => n.GetString()!)] : []);
        });
    }
}
