using System.Text.Json;
using Keyward.SystemTests.Cluster;
using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Recovery;

/// <summary>A deployment outgrows its file, and goes back.</summary>
public sealed class MoveStoreTests(PostgresServer postgres)
{
    [Fact]
    public async Task A_deployment_moves_to_PostgreSQL_and_back_and_loses_nothing()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 0, leaseMilliseconds: 2_000);
        var folder = nodes.Prepare("kms");
        var connection = nodes.Environment()[1].Item2;
        var server = await KeywardServer.StartAsync(folder);
        var (key, account) = ("", Path.Combine(folder, "credentials/admin.json"));
        using (var client = new RestClient(server))
        {
            await client.PostAsync("/v1/projects/default/locations/us-east-1/keyRings?keyRingId=ring");
            await client.PostAsync($"{Nodes.Keys}?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""");
            var (_, body) = await client.PostAsync($"{Nodes.Keys}/k:encrypt", """{"plaintext":"aGVsbG8="}""");
            key = body.GetProperty("ciphertext").GetString()!;
        }

        var (code, _, errors) = await MoveAsync("postgres");
        Assert.Equal(1, code);
        Assert.Contains("in use", errors, StringComparison.Ordinal);
        Assert.Equal(0, await server.StopAsync());
        (code, var output, errors) = await MoveAsync("postgres");
        Assert.True(code == 0, errors);
        Assert.True(JsonDocument.Parse(output).RootElement.GetProperty("rows").GetInt32() > 10);
        Assert.Contains("state sum", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "keyward.db")));

        await RefusedAsync([], "keyward.db is not there");
        var empty = Path.Combine(nodes.Prepare("empty"), "connection");
        await File.WriteAllTextAsync(empty, postgres.MakeDatabase());
        File.SetUnixFileMode(empty, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await RefusedAsync(
            [("KEYWARD_STORAGE", "postgres"), ("KEYWARD_POSTGRES_FILE", empty)], "the store that is named is empty");
        server = await KeywardServer.StartAsync(folder, "127.0.0.1:0", nodes.Environment());
        var further = nodes.Prepare("further");
        File.Copy(Path.Combine(folder, "root.key"), Path.Combine(further, "root.key"));
        var second = await KeywardServer.StartAsync(further, "127.0.0.1:0", nodes.Environment());
        using (var client = new RestClient(second, account))
        {
            Assert.Equal(200, await DecryptAsync(client, key));
            Assert.Equal(200, (await client.PostAsync(
                $"{Nodes.Keys}?cryptoKeyId=there", """{"purpose":"ENCRYPT_DECRYPT"}""")).Status);
        }

        (code, _, errors) = await KeywardServer.RunAsync(KeywardServer.Program,
            ["store", "move", "--to", "sqlite", "--postgres-file", connection, "--data", nodes.Prepare("other")]);
        Assert.Equal(1, code);
        Assert.Contains("Stop every node first", errors, StringComparison.Ordinal);
        Assert.Equal(0, await second.StopAsync());
        Assert.Equal(0, await server.StopAsync());
        (code, _, errors) = await MoveAsync("sqlite");
        Assert.True(code == 0, errors);

        var (refused, why) = await KeywardServer.TryStartAsync(folder, "127.0.0.1:0", nodes.Environment());
        Assert.Null(refused);
        Assert.Contains("was moved to another store", why, StringComparison.Ordinal);
        await using var back = await KeywardServer.StartAsync(folder);
        using (var client = new RestClient(back, account))
        {
            Assert.Equal(200, await DecryptAsync(client, key));
            Assert.Equal(200, (await client.GetAsync($"{Nodes.Keys}/there")).Status);
            Assert.Equal(200, (await client.PostAsync(
                $"{Nodes.Keys}?cryptoKeyId=back", """{"purpose":"ENCRYPT_DECRYPT"}""")).Status);
        }

        Assert.Equal(0, await back.StopAsync());
        (code, output, errors) = await KeywardServer.RunAsync(KeywardServer.Program, ["audit", "verify", folder]);
        Assert.True(code == 0, output + errors);

        // Once more, to an empty database: the one that was left is not taken again.
        (code, _, errors) = await MoveAsync("postgres");
        Assert.Equal(1, code);
        Assert.Contains("give an empty database", errors, StringComparison.Ordinal);
        await File.WriteAllTextAsync(connection, postgres.MakeDatabase());
        (code, output, errors) = await MoveAsync("postgres");
        Assert.True(code == 0, errors);
        var left = JsonDocument.Parse(output).RootElement.GetProperty("oldStore").GetString();
        Assert.EndsWith("keyward.db.moved.2", left);
        Assert.False(File.Exists(Path.Combine(folder, "keyward.db")));
        server = await KeywardServer.StartAsync(folder, "127.0.0.1:0", nodes.Environment());
        using (var client = new RestClient(server, account))
            Assert.Equal(200, (await client.GetAsync($"{Nodes.Keys}/back")).Status);
        Assert.Equal(0, await server.StopAsync());

        // A start that names the wrong store, or none, makes no other deployment here.
        async Task RefusedAsync((string, string)[] environment, string sentence)
        {
            var administrator = await File.ReadAllTextAsync(account);
            var (started, why) = await KeywardServer.TryStartAsync(folder, "127.0.0.1:0", environment);
            Assert.Null(started);
            Assert.Contains(sentence, why, StringComparison.Ordinal);
            Assert.False(File.Exists(Path.Combine(folder, "keyward.db")));
            Assert.Equal(administrator, await File.ReadAllTextAsync(account));
        }

        Task<(int Code, string Output, string Errors)> MoveAsync(string to) => KeywardServer.RunAsync(
            KeywardServer.Program, ["store", "move", "--to", to, "--postgres-file", connection, "--data", folder]);
    }

    private static async Task<int> DecryptAsync(RestClient client, string ciphertext) =>
        (await client.PostAsync($"{Nodes.Keys}/k:decrypt", $$"""{"ciphertext":"{{ciphertext}}"}""")).Status;
}
