using Keyward.SystemTests.Crash;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>What goes on, what is refused, what <c>/readyz</c> and the metrics say while something is lost, and that it
/// comes back: the rows of docs/reference/degraded-modes.md that one server can show.</summary>
public sealed class DegradedTests : IDisposable
{
    private const string Ring = "/v1/projects/default/locations/global/keyRings";

    private readonly TemporaryData _data = new();

    [Fact]
    public async Task A_full_audit_disk_refuses_everything_until_there_is_space()
    {
        // A disk of its own: how much is free on the machine's is up to all that runs there.
        using var disk = await SmallDisk.MountAsync();
        await using var server = await KeywardServer.StartAsync(
            disk.In("kms"), "127.0.0.1:0", ("KEYWARD_AUDIT_RESERVE", "2MiB"));
        using var client = await ReadyAsync(server);
        disk.Fill();
        await UntilAsync(client, 503, "audit", () => EncryptAsync(client));
        var (status, body) = await client.PostAsync(Ring + "/r/cryptoKeys/k:encrypt", """{"plaintext":"aGk="}""");
        Assert.Equal((503, "UNAVAILABLE"), (status, body.GetProperty("error").GetProperty("status").GetString()));
        Assert.Equal(503, (await client.GetAsync(Ring)).Status);
        Assert.Equal(200, (await client.GetAsync("/healthz")).Status);
        Assert.Equal(0, await MetricAsync(client, "keyward_audit_writable"));
        Assert.True(await MetricAsync(client, "keyward_audit_records_total", "result=\"failed\"") > 0);
        disk.Empty();
        await UntilAsync(client, 200, "ready", () => Task.FromResult(0));
        Assert.Equal(200, await EncryptAsync(client));
    }

    [Fact]
    public async Task Without_its_root_key_a_server_refuses_all_and_is_well()
    {
        await File.WriteAllTextAsync(_data.In("passphrase"), "open sesame, please\n");
        await using (var first = await StartAsync(("KEYWARD_ROOT", "passphrase"),
            ("KEYWARD_ROOT_PASSPHRASE_FILE", _data.In("passphrase"))))
        using (await ReadyAsync(first)) Assert.Equal(0, await first.StopAsync());
        await using var server = await StartAsync(("KEYWARD_ROOT", "passphrase"));
        using var client = new RestClient(server);
        Assert.Equal(503, await EncryptAsync(client));
        Assert.Equal((503, "sealed"), await StatusAsync(client));
        Assert.Equal(200, (await client.GetAsync("/healthz")).Status);
        Assert.Equal(1, await MetricAsync(client, "keyward_sealed"));
        var (code, _, errors) = await KeywardServer.RunAsync(KeywardServer.Program,
            ["unseal", "--data", server.Data, "--passphrase-file", _data.In("passphrase")]);
        Assert.True(code == 0, errors);
        Assert.Equal((200, "ready"), await StatusAsync(client));
        Assert.Equal(200, await EncryptAsync(client));
    }

    [Fact]
    public async Task Callers_whose_clocks_are_wrong_are_refused_and_others_served()
    {
        await using var server = await StartAsync();
        using var client = await ReadyAsync(server);
        foreach (var hours in (int[])[-2, 2])
        {
            var token = RestClient.Assertion(Path.Combine(server.Data, "credentials/admin.json"),
                DateTimeOffset.UtcNow.AddHours(hours));
            using var request = new HttpRequestMessage(HttpMethod.Get, Ring);
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
            using var answer = await client.Http.SendAsync(request);
            Assert.Equal(401, (int)answer.StatusCode);
        }

        Assert.Equal(200, await EncryptAsync(client));
        Assert.Equal((200, "ready"), await StatusAsync(client));
        Assert.True(await MetricAsync(client, "keyward_denials_total", "reason=\"no_credentials\"") >= 2);
    }

    [Fact]
    public async Task A_sink_a_witness_and_a_trace_collector_that_are_gone_cost_nothing_but_their_copies()
    {
        await using var server = await StartAsync(
            ("KEYWARD_AUDIT_SINKS", "desk=syslog+tls://127.0.0.1:1?form=cef"),
            ("KEYWARD_TRACES_ENDPOINT", "http://127.0.0.1:1"), ("KEYWARD_TRACES_SAMPLE", "1"),
            ("KEYWARD_AUDIT_WITNESSES", "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X "
                + "https://127.0.0.1:1/witness"), ("KEYWARD_AUDIT_WITNESS_QUORUM", "1"));
        using var client = await ReadyAsync(server);
        Assert.Equal(200, await EncryptAsync(client));
        Assert.Equal((200, "ready"), await StatusAsync(client));
        await Waiting.UntilAsync(async () => await MetricAsync(client, "keyward_audit_export_failures_total") > 0);
        Assert.True(await MetricAsync(client, "keyward_audit_export_lag_entries") > 0);
        Assert.True(await MetricAsync(client, "keyward_audit_witness_quorum_missing_seconds") > 0);
        await server.UntilSaidAsync("The checkpoint could not be brought to witness.example/w1");
        Assert.Equal(200, await EncryptAsync(client));
        Assert.Equal(0, await server.StopAsync());
    }

    [Fact]
    public async Task A_tree_that_cannot_be_written_leaves_records_unsigned_until_it_can()
    {
        await using var server = await StartAsync();
        using var client = await ReadyAsync(server);
        await Waiting.UntilAsync(async () => await MetricAsync(client, "keyward_audit_unsigned_entries") == 0);
        // What the tree writes lies there first: a file in the folder's place takes none of it.
        var log = Directory.GetFiles(_data.In("kms/audit"), "checkpoint", SearchOption.AllDirectories).Single();
        var aside = Path.Combine(Path.GetDirectoryName(log)!, "tmp");
        Directory.Delete(aside, recursive: true);
        await File.WriteAllTextAsync(aside, "");
        Assert.Equal(200, await EncryptAsync(client));
        await server.UntilSaidAsync("durable, but not under a checkpoint");
        Assert.Equal(200, await EncryptAsync(client));
        Assert.True(await MetricAsync(client, "keyward_audit_unsigned_entries") >= 2);
        Assert.Equal((200, "ready"), await StatusAsync(client));

        File.Delete(aside);
        Directory.CreateDirectory(aside);
        await Waiting.UntilAsync(async () => await MetricAsync(client, "keyward_audit_unsigned_entries") == 0);
        Assert.Equal(0, await server.StopAsync());
        var (code, report, errors) = await KeywardServer.RunAsync(
            KeywardServer.Program, ["audit", "verify", _data.In("kms/audit")]);
        Assert.True(code == 0, report + errors);
    }

    public void Dispose() => _data.Dispose();

    private Task<KeywardServer> StartAsync(params (string Name, string Value)[] environment) =>
        KeywardServer.StartAsync(_data.In("kms"), "127.0.0.1:0", environment);

    private static async Task<RestClient> ReadyAsync(KeywardServer server)
    {
        var client = new RestClient(server);
        Assert.Equal(200, (await client.PostAsync(Ring + "?keyRingId=r")).Status);
        Assert.Equal(200, (await client.PostAsync(
            Ring + "/r/cryptoKeys?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""")).Status);
        return client;
    }

    private static async Task<int> EncryptAsync(RestClient client) =>
        (await client.PostAsync(Ring + "/r/cryptoKeys/k:encrypt", """{"plaintext":"aGk="}""")).Status;

    private static async Task<(int, string)> StatusAsync(RestClient client)
    {
        var (status, body) = await client.GetAsync("/readyz");
        return (status, body.GetProperty("status").GetString()!);
    }

    private static Task UntilAsync(RestClient client, int status, string name, Func<Task<int>> meanwhile) =>
        Waiting.UntilAsync(async () =>
        {
            if (await StatusAsync(client) == (status, name)) return true;
            await meanwhile();
            return false;
        }, $"{status} {name}");

    /// <summary>The sum of the series whose line holds a text; null where there is none.</summary>
    private static async Task<double?> MetricAsync(RestClient client, string name, string text = "")
    {
        var lines = (await client.Http.GetStringAsync("/metrics")).Split('\n')
            .Where(l => (l.StartsWith(name + "{", StringComparison.Ordinal)
                || l.StartsWith(name + " ", StringComparison.Ordinal)) && l.Contains(text, StringComparison.Ordinal))
            .Select(l => double.Parse(l.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        return lines.Count == 0 ? null : lines.Sum();
    }
}
