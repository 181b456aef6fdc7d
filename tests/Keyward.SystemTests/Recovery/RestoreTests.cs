using System.Diagnostics;
using System.Text.Json;
using Keyward.SystemTests.Cluster;
using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Recovery;

/// <summary>The drill: a backup is taken under load, the machine is lost, and another one with an empty folder opens what
/// was encrypted before.</summary>
public sealed class RestoreTests(PostgresServer postgres) : IDisposable
{
    private readonly TemporaryData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task An_empty_machine_folder_gets_all_back_from_a_backup_that_was_taken_under_load()
    {
        var (recipient, identity) = await KeygenAsync();
        var server = await KeywardServer.StartAsync(_data.In("lost"));
        string ciphertext;
        using (var client = new RestClient(server))
        {
            ciphertext = await UseAsync(client, "kept", make: true);
            using var stop = new CancellationTokenSource();
            var underLoad = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var load = Task.Run(async () =>
            {
                for (var made = 0; !stop.IsCancellationRequested; made++)
                {
                    if (made == 20) underLoad.SetResult();
                    await UseAsync(client, $"k{made}", make: true);
                }
            });
            await await Task.WhenAny(underLoad.Task, load);
            await RunAsync(server, "backup", "create", "--out", _data.In("full.age"), "--recipient", recipient);
            await stop.CancelAsync();
            await load;
            var second = await RunAsync(server, "backup", "create", "--out", _data.In("next.age"),
                "--base", _data.In("full.age"), "--recipient", recipient);
            Assert.True(second.GetProperty("logs")[0].GetProperty("from").GetInt64() > 0);
            var (code, _, errors) = await KeywardServer.RunAsync(KeywardServer.Program, ["backup", "create", "--out",
                _data.In("full.age"), "--base", _data.In("full.age"), "--recipient", recipient], null,
                server.AdminEnvironment());
            Assert.Equal(2, code);
            Assert.Contains("the one that it builds on", errors, StringComparison.Ordinal);
            // What happens after the last backup is lost with the machine.
            await UseAsync(client, "afterwards", make: true);
        }

        server.Kill();
        var elapsed = Stopwatch.StartNew();
        var folder = _data.In("new");
        CopyRoot(server.Data, folder);
        var restored = await OfflineAsync("restore", _data.In("full.age"), _data.In("next.age"), "--identity", identity,
            "--data", folder);
        Assert.Equal(0, restored.Code);
        await using var again = await KeywardServer.StartAsync(folder);
        using var admin = new RestClient(again, Path.Combine(server.Data, "credentials/admin.json"));
        Assert.Equal(200, await DecryptAsync(admin, "kept", ciphertext));
        TestContext.Current.TestOutputHelper?.WriteLine($"back after {elapsed.Elapsed}");
        Assert.Equal(404, await DecryptAsync(admin, "afterwards", ciphertext));
        Assert.Equal(200, (await admin.PostAsync(
            $"{Nodes.Keys}?cryptoKeyId=new", """{"purpose":"ENCRYPT_DECRYPT"}""")).Status);

        var records = await RecordsAsync(admin, "restore");
        Assert.Contains("restored_log", Assert.Single(records), StringComparison.Ordinal);
        Assert.Equal(0, await again.StopAsync());
        var verified = await OfflineAsync("audit", "verify", folder);
        Assert.True(verified.Code == 0, verified.Output + verified.Errors);
        Assert.Equal(2, JsonDocument.Parse(verified.Output).RootElement.GetProperty("logs").GetArrayLength());
    }

    [Fact]
    public async Task Newer_data_is_replaced_only_by_force_and_with_a_record()
    {
        var (recipient, identity) = await KeygenAsync();
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        var file = _data.In("backup.age");
        using (var client = new RestClient(server))
        {
            await UseAsync(client, "kept", make: true);
            await RunAsync(server, "backup", "create", "--out", file, "--recipient", recipient);
            await UseAsync(client, "newer", make: true);
        }

        var (code, _, errors) = await OfflineAsync("restore", file, "--identity", identity, "--data", server.Data);
        Assert.Equal(1, code);
        Assert.Contains("in use", errors, StringComparison.Ordinal);
        Assert.Equal(0, await server.StopAsync());
        (code, _, errors) = await OfflineAsync("restore", file, "--identity", identity, "--data", server.Data);
        Assert.Equal(1, code);
        Assert.Contains("--force", errors, StringComparison.Ordinal);
        (code, _, errors) = await OfflineAsync("restore", file, "--identity", identity, "--data", server.Data,
            "--force", "--reason", "a drill");
        Assert.True(code == 0, errors);

        await using var again = await KeywardServer.StartAsync(server.Data);
        using var admin = new RestClient(again, Path.Combine(server.Data, "credentials/admin.json"));
        Assert.Equal(404, (await admin.GetAsync($"{Nodes.Keys}/newer")).Status);
        Assert.Contains("a drill", Assert.Single(await RecordsAsync(admin, "restore")), StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateDirectories(server.Data, "replaced-*"));
    }

    [Fact]
    public async Task Another_root_a_spoilt_file_and_another_identity_are_refused_and_nothing_is_written()
    {
        var (recipient, identity) = await KeygenAsync();
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        var file = _data.In("backup.age");
        await RunAsync(server, "backup", "create", "--out", file, "--recipient", recipient);
        var (code, output, errors) = await OfflineAsync("backup", "verify", file, "--identity", identity,
            "--root", Path.Combine(server.Data, "root.key"));
        Assert.True(code == 0, errors);
        Assert.Contains("state sum", output, StringComparison.Ordinal);

        var folder = _data.In("new");
        CopyRoot(server.Data, folder);
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^100] ^= 1;
        await File.WriteAllBytesAsync(_data.In("spoilt.age"), bytes);
        var (_, stranger) = await KeygenAsync("stranger");
        foreach (var (name, key, sentence) in ((string, string, string)[])
            [("spoilt.age", identity, "altered"), ("backup.age", stranger, "other recipients")])
        {
            (code, _, errors) = await OfflineAsync("restore", _data.In(name), "--identity", key, "--data", folder);
            Assert.Equal(1, code);
            Assert.Contains(sentence, errors, StringComparison.Ordinal);
        }

        await File.WriteAllBytesAsync(Path.Combine(folder, "root.key"), new byte[32]);
        (code, _, errors) = await OfflineAsync("restore", file, "--identity", identity, "--data", folder);
        Assert.Equal(1, code);
        Assert.Contains("root key is not the one", errors, StringComparison.Ordinal);
        (code, _, errors) = await OfflineAsync(
            "backup", "verify", file, "--identity", identity, "--root", Path.Combine(folder, "root.key"));
        Assert.Equal(1, code);
        Assert.StartsWith("keyward: The root key is not the one", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "keyward.db")));
        Assert.False(Directory.Exists(Path.Combine(folder, "audit")));
    }

    [Fact]
    public async Task The_age_tool_itself_opens_a_backup_and_its_keys_serve_too()
    {
        var keys = _data.In("age.key");
        var made = await KeywardServer.RunAsync("age-keygen", ["-o", keys]);
        Assert.True(made.Code == 0, made.Errors);
        var recipient = made.Errors.Trim().Split(' ')[^1];
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        var file = _data.In("backup.age");
        var info = await RunAsync(server, "backup", "create", "--out", file, "--recipient", recipient);
        var opened = await KeywardServer.RunAsync("age", ["-d", "-i", keys, "-o", _data.In("plain"), file]);
        Assert.True(opened.Code == 0, opened.Errors);
        var plain = await File.ReadAllBytesAsync(_data.In("plain"));
        Assert.Contains(info.GetProperty("id").GetString()!,
            System.Text.Encoding.ASCII.GetString(plain[..200]), StringComparison.Ordinal);
        // And what age encrypted, we read.
        var sealedAgain = await KeywardServer.RunAsync("age", ["-r", recipient, "-o", _data.In("again.age"), _data.In("plain")]);
        Assert.True(sealedAgain.Code == 0, sealedAgain.Errors);
        var (code, _, errors) = await OfflineAsync("backup", "verify", _data.In("again.age"), "--identity", keys);
        Assert.True(code == 0, errors);
    }

    [Fact]
    public async Task A_cluster_comes_back_into_an_empty_database_and_newer_data_goes_only_by_force()
    {
        var (recipient, identity) = await KeygenAsync();
        await using var lost = await Nodes.StartAsync(postgres, 2, leaseMilliseconds: 30_000);
        var ciphertext = await lost.MakeKeyAsync("kept");
        await RunAsync(lost.Servers[0], "backup", "create", "--out", _data.In("b.age"), "--recipient", recipient);
        var later = await lost.MakeKeyAsync("later");
        await RunAsync(lost.Servers[0], "backup", "create", "--out", _data.In("next.age"), "--base", _data.In("b.age"),
            "--recipient", recipient);
        foreach (var server in lost.Servers) server.Kill();

        await using var empty = await Nodes.StartAsync(postgres, 0, leaseMilliseconds: 2_000);
        var folder = empty.Prepare("first");
        CopyRoot(lost.Servers[0].Data, folder);
        var (code, _, errors) = await KeywardServer.RunAsync(KeywardServer.Program,
            ["restore", _data.In("b.age"), _data.In("next.age"), "--identity", identity, "--data", folder,
                "--format", "json"], null, empty.Environment());
        Assert.True(code == 0, errors);
        await using var first = await KeywardServer.StartAsync(folder, "127.0.0.1:0", empty.Environment());
        var further = empty.Prepare("second");
        CopyRoot(lost.Servers[0].Data, further);
        await using var second = await KeywardServer.StartAsync(further, "127.0.0.1:0", empty.Environment());
        foreach (var server in (KeywardServer[])[first, second])
        {
            using var client = new RestClient(server, Path.Combine(lost.Servers[0].Data, "credentials/admin.json"));
            Assert.Equal(200, await Waiting.InStepAsync(() => DecryptAsync(client, "kept", ciphertext)));
            Assert.Equal(200, await Waiting.InStepAsync(() => DecryptAsync(client, "later", later)));
        }

        var third = empty.Prepare("third");
        CopyRoot(lost.Servers[0].Data, third);
        (code, _, errors) = await KeywardServer.RunAsync(KeywardServer.Program,
            ["restore", _data.In("b.age"), "--identity", identity, "--data", third, "--force",
                "--reason", "while it serves"], null, empty.Environment());
        Assert.Equal(1, code);
        Assert.Contains("Stop every node first", errors, StringComparison.Ordinal);

        using (var client = new RestClient(first, Path.Combine(lost.Servers[0].Data, "credentials/admin.json")))
            await UseAsync(client, "newer", make: true);
        Assert.Equal(0, await first.StopAsync());
        Assert.Equal(0, await second.StopAsync());
        string[] restore = ["restore", _data.In("b.age"), "--identity", identity, "--data", folder];
        (code, _, errors) = await KeywardServer.RunAsync(
            KeywardServer.Program, restore, null, empty.Environment());
        Assert.Equal(1, code);
        Assert.Contains("--force", errors, StringComparison.Ordinal);
        (code, _, errors) = await KeywardServer.RunAsync(KeywardServer.Program,
            [.. restore, "--force", "--reason", "a drill"], null, empty.Environment());
        Assert.True(code == 0, errors);
        await using var again = await KeywardServer.StartAsync(folder, "127.0.0.1:0", empty.Environment());
        using var admin = new RestClient(again, Path.Combine(lost.Servers[0].Data, "credentials/admin.json"));
        Assert.Equal(200, await Waiting.InStepAsync(() => DecryptAsync(admin, "kept", ciphertext)));
        Assert.Equal(404, (await admin.GetAsync($"{Nodes.Keys}/newer")).Status);
        Assert.Equal(404, (await admin.GetAsync($"{Nodes.Keys}/later")).Status);
        Assert.Contains("a drill", string.Concat(await RecordsAsync(admin, "restore")), StringComparison.Ordinal);
    }

    private static async Task<string> UseAsync(RestClient client, string key, bool make)
    {
        if (make)
        {
            await client.PostAsync("/v1/projects/default/locations/us-east-1/keyRings?keyRingId=ring");
            var (created, body) = await client.PostAsync($"{Nodes.Keys}?cryptoKeyId={key}", """{"purpose":"ENCRYPT_DECRYPT"}""");
            Assert.True(created == 200, body.ToString());
        }

        var (status, encrypted) = await client.PostAsync($"{Nodes.Keys}/{key}:encrypt", """{"plaintext":"aGVsbG8="}""");
        Assert.True(status == 200, encrypted.ToString());
        return encrypted.GetProperty("ciphertext").GetString()!;
    }

    private static async Task<int> DecryptAsync(RestClient client, string key, string ciphertext) =>
        (await client.PostAsync($"{Nodes.Keys}/{key}:decrypt", $$"""{"ciphertext":"{{ciphertext}}"}""")).Status;

    private static async Task<IReadOnlyList<string>> RecordsAsync(RestClient client, string operation)
    {
        var (_, page) = await client.GetAsync($"/keyward/v1/audit/records?pageSize=1000&operation={operation}");
        return [.. page.GetProperty("records").EnumerateArray().Select(r => r.GetString()!)];
    }

    private static void CopyRoot(string from, string to)
    {
        Directory.CreateDirectory(to);
        File.Copy(Path.Combine(from, "root.key"), Path.Combine(to, "root.key"));
        File.SetUnixFileMode(Path.Combine(to, "root.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private async Task<(string Recipient, string File)> KeygenAsync(string name = "backup.key")
    {
        var (code, output, errors) = await OfflineAsync("backup", "keygen", "--out", _data.In(name));
        Assert.True(code == 0, errors);
        return (JsonDocument.Parse(output).RootElement.GetProperty("recipient").GetString()!, _data.In(name));
    }

    private static Task<(int Code, string Output, string Errors)> OfflineAsync(params string[] arguments) =>
        KeywardServer.RunAsync(KeywardServer.Program, [.. arguments, "--format", "json"]);

    private static async Task<JsonElement> RunAsync(KeywardServer server, params string[] arguments)
    {
        // A further node has no credentials of its own: the first one's serve everywhere.
        var (code, output, errors) = await KeywardServer.RunAsync(
            KeywardServer.Program, [.. arguments, "--format", "json"], null, server.AdminEnvironment());
        Assert.True(code == 0, errors);
        return JsonDocument.Parse(output).RootElement;
    }
}
