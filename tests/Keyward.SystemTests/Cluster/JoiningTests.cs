using System.Text.Json;
using System.Text.Json.Nodes;
using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Cluster;

/// <summary>A machine becomes a node by one command and a token that is good once.</summary>
public sealed class JoiningTests(PostgresServer postgres)
{
    [Fact]
    public async Task A_join_token_makes_one_node_once_and_is_good_for_nothing_else()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 1, leaseMilliseconds: 30_000);
        var ciphertext = await nodes.MakeKeyAsync("k");
        var token = await TokenAsync(nodes);

        // The bearer in it may join and do nothing else, whatever its maker may.
        using (var stranger = new RestClient(nodes.Servers[0]))
        {
            foreach (var path in (string[])["/v1/projects/default/locations/us-east-1/keyRings", "/keyward/v1/nodes",
                "/keyward/v1/whoami"])
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path);
                request.Headers.Authorization = new("Bearer", token.Split('/')[^1]);
                using var answer = await stranger.Http.SendAsync(request);
                Assert.False(answer.IsSuccessStatusCode, path);
            }
        }

        var joined = nodes.Prepare("joined");
        await using (var server = await KeywardServer.StartAsync(joined, "127.0.0.1:0", ("KEYWARD_JOIN", token)))
        {
            using var client = new RestClient(server, Path.Combine(nodes.Servers[0].Data, "credentials/admin.json"));
            Assert.Equal(200, (await client.PostAsync(
                $"{Nodes.Keys}/k:decrypt", $$"""{"ciphertext":"{{ciphertext}}"}""")).Status);
            Assert.Equal(200, await nodes.SetStateAsync(0, "k", "DISABLED"));
            Assert.Equal(400, (await client.PostAsync(
                $"{Nodes.Keys}/k:decrypt", $$"""{"ciphertext":"{{ciphertext}}"}""")).Status);
            Assert.Equal(0, await server.StopAsync());
        }

        Assert.False(File.Exists(Path.Combine(joined, "credentials/admin.json")));
        // It starts again without token or flags.
        await using (var server = await KeywardServer.StartAsync(joined)) Assert.Equal(0, await server.StopAsync());

        var (second, errors) = await KeywardServer.TryStartAsync(
            nodes.Prepare("second"), "127.0.0.1:0", ("KEYWARD_JOIN", token));
        Assert.Null(second);
        Assert.Contains("was used", errors, StringComparison.Ordinal);
        var records = await nodes.RunAsync("audit", "export", "--operation", "join_node");
        Assert.Contains("\"ok\"", records, StringComparison.Ordinal);
        Assert.Contains("\"AlreadyExists\"", records, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_keeps_the_root_by_a_seal_of_its_own()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 1, leaseMilliseconds: 30_000);
        var ciphertext = await nodes.MakeKeyAsync("k");
        var joined = nodes.Prepare("joined");
        var passphrase = Path.Combine(joined, "passphrase");
        await File.WriteAllTextAsync(passphrase, "this node's own words\n");
        var token = await TokenAsync(nodes);
        await using var server = await KeywardServer.StartAsync(joined, "127.0.0.1:0", ("KEYWARD_JOIN", token),
            ("KEYWARD_ROOT", "passphrase"), ("KEYWARD_ROOT_PASSPHRASE_FILE", passphrase));
        Assert.False(File.Exists(Path.Combine(joined, "root.key")));
        Assert.True(File.Exists(Path.Combine(joined, "root.seal")));
        using var client = new RestClient(server, Path.Combine(nodes.Servers[0].Data, "credentials/admin.json"));
        Assert.Equal(200, (await client.PostAsync(
            $"{Nodes.Keys}/k:decrypt", $$"""{"ciphertext":"{{ciphertext}}"}""")).Status);
    }

    [Fact]
    public async Task A_token_ends_with_its_maker_and_is_believed_only_by_who_it_names()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 1, leaseMilliseconds: 30_000);
        var file = Path.Combine(nodes.Servers[0].Data, "joiner.json");
        // As from a pod, whose own files nobody sees: the key file is all that is printed.
        await File.WriteAllTextAsync(
            file, await nodes.RunAsync("service-account", "create", "joiner", "--key-file", "-"));
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        var email = json.RootElement.GetProperty("client_email").GetString()!;
        await nodes.RunAsync(
            "policy", "add", "deployment", "--member", $"serviceAccount:{email}", "--role", "roles/keyward.admin");
        var token = await TokenAsync(nodes, "--credentials", file);
        var parts = token.Split('/');
        var altered = string.Join('/', parts[0], parts[1], new string('0', 64), parts[3]);
        var (server, errors) = await KeywardServer.TryStartAsync(
            nodes.Prepare("a"), "127.0.0.1:0", ("KEYWARD_JOIN", altered));
        Assert.Null(server);
        Assert.Contains("is not the deployment of this join token", errors, StringComparison.Ordinal);

        await nodes.RunAsync("service-account", "key", "revoke", email,
            json.RootElement.GetProperty("private_key_id").GetString()!);
        (server, errors) = await KeywardServer.TryStartAsync(
            nodes.Prepare("b"), "127.0.0.1:0", ("KEYWARD_JOIN", token));
        Assert.Null(server);
        Assert.Contains("does not let this one join", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(nodes.Prepare("b"), "root.key")));
    }

    [Fact]
    public async Task A_node_that_joined_goes_on_by_the_settings_of_its_operator()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 1, leaseMilliseconds: 30_000);
        var joined = nodes.Prepare("joined");
        var (passphrase, settings) = (Path.Combine(joined, "passphrase"), Path.Combine(joined, "settings.json"));
        await File.WriteAllTextAsync(passphrase, "this node's own words\n");
        await File.WriteAllTextAsync(settings, new JsonObject
        {
            ["root"] = "passphrase", ["root.passphrase_file"] = passphrase, ["tls.names"] = "kms.example",
        }.ToJsonString());
        var config = ("KEYWARD_CONFIG", settings);
        await using (var server = await KeywardServer.StartAsync(
            joined, "127.0.0.1:0", ("KEYWARD_JOIN", await TokenAsync(nodes)), config))
            Assert.Equal(0, await server.StopAsync());

        await using var again = await KeywardServer.StartAsync(joined, "127.0.0.1:0", config);
        using var client = new RestClient(again, Path.Combine(nodes.Servers[0].Data, "credentials/admin.json"));
        Assert.Equal(2, (await client.GetAsync("/keyward/v1/nodes")).Body.GetProperty("nodes").GetArrayLength());
        Assert.False(File.Exists(Path.Combine(joined, "keyward.db")));
    }

    private static async Task<string> TokenAsync(Nodes nodes, params string[] arguments)
    {
        using var made = JsonDocument.Parse(
            await nodes.RunAsync(["node", "join-token", "--expires-in", "5m", .. arguments]));
        return made.RootElement.GetProperty("token").GetString()!;
    }
}
