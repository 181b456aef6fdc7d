using System.Text.Json;
using Keyward.SystemTests.Running;
using Keyward.Vault.Audit.Notes;

namespace Keyward.SystemTests.Contract;

/// <summary>One real server witnesses another's log, checkpoints are copied to a second place, and a log that is lost
/// gets a successor.</summary>
public sealed class WitnessTests : IDisposable
{
    private readonly TemporaryData _data = new();

    [Fact]
    public async Task A_server_vouches_for_another_servers_log_and_finds_one_that_was_put_back()
    {
        await using var witness = await KeywardServer.StartAsync(_data.In("witness"));
        string vkey, log;
        await using (var first = await KeywardServer.StartAsync(_data.In("kms")))
        {
            vkey = (await ToolAsync(first, "audit", "vkey")).Trim();
            log = Directory.GetDirectories(_data.In("kms/audit")).Single();
            await first.StopAsync();
        }

        // An older copy, to be put back later.
        await CopyAsync(_data.In("kms"), _data.In("older"));
        await ToolAsync(witness, "witness", "add", vkey);
        var key = (await ToolAsync(witness, "witness", "vkey")).Trim();
        var ca = Path.Combine(_data.In("witness"), "tls/ca.pem");
        (string, string)[] settings =
        [
            ("KEYWARD_AUDIT_WITNESSES", $"{key} https://{witness.Address}/witness?ca_file={ca}"),
            ("KEYWARD_AUDIT_PUBLISH", $"safe=file://{_data.In("safe")}"), ("KEYWARD_AUDIT_WITNESS_QUORUM", "1"),
        ];
        await File.WriteAllLinesAsync(_data.In("vkeys"), [vkey, key]);
        await using (var server = await KeywardServer.StartAsync(_data.In("kms"), environment: settings))
        {
            using var client = new RestClient(server);
            using var reply = await client.Http.GetAsync(new Uri("/keyward/v1/caller", UriKind.Relative));
            var published = Path.Combine(_data.In("safe"), Path.GetFileName(log), "checkpoint");
            await Waiting.UntilAsync(() => File.Exists(published) && SignedCheckpoint.TryParse(File.ReadAllBytes(published), out var signed)
                && signed.Note.Signatures.Count == 2);
            Assert.Equal(200, (await client.GetAsync("/readyz")).Status);
            Assert.Contains("keyward_audit_witness_quorum_missing_seconds{otel_scope_name=\"Keyward.Checkpoints\"} 0",
                await client.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative)));
            var proof = await ToolAsync(server, "audit", "prove", vkey.Split('+')[0] + "#0");
            Assert.Contains("— " + key.Split('+')[0] + " ", proof);
            await server.StopAsync();
            var report = await VerifyAsync("kms");
            Assert.Contains(key.Split('+')[0], report);
        }

        var listed = await ToolAsync(witness, "witness", "list", "--format", "json");
        Assert.Contains(vkey.Split('+')[0], listed);
        // Put back whole, store and log: only who stands outside can tell.
        await using var old = await KeywardServer.StartAsync(_data.In("older"), environment: settings);
        await old.UntilSaidAsync("was it put back?");
    }

    [Fact]
    public async Task A_lost_log_gets_a_successor_that_says_so()
    {
        string origin;
        await using (var server = await KeywardServer.StartAsync(_data.In("kms")))
        {
            origin = (await ToolAsync(server, "audit", "vkey")).Split('+')[0];
            await server.StopAsync();
        }

        Directory.Delete(Directory.GetDirectories(_data.In("kms/audit")).Single(), recursive: true);
        await using (var refusing = await KeywardServer.StartAsync(_data.In("kms")))
        {
            using var client = new RestClient(refusing);
            Assert.Contains("log_missing", (await client.GetAsync("/readyz")).Body.ToString());
            await refusing.StopAsync();
        }

        var (code, output, errors) = await KeywardServer.RunAsync(KeywardServer.Program,
            ["audit", "succeed", "--data", _data.In("kms"), "--reason", "disk lost", "--format", "json"]);
        Assert.True(code == 0, errors);
        Assert.Contains(origin + "/2", output);
        await using var next = await KeywardServer.StartAsync(_data.In("kms"));
        using var record = JsonDocument.Parse((await ToolAsync(next, "audit", "export")).Split('\n')[0]);
        var said = record.RootElement.GetProperty("params");
        Assert.Equal(("disk lost", origin), (said.GetProperty("reason").GetString(), said.GetProperty("lost_log").GetString()));
        Assert.True(long.TryParse(said.GetProperty("lost_size").GetString(), out var size) && size > 0);
        await ToolAsync(next, "audit", "rotate-key");
        Assert.Contains(origin + "/2+", await ToolAsync(next, "audit", "vkey"));
    }

    public void Dispose() => _data.Dispose();

    private async Task<string> VerifyAsync(string data)
    {
        var (code, output, errors) = await KeywardServer.RunAsync(KeywardServer.Program,
            ["audit", "verify", _data.In(data), "--vkey", _data.In("vkeys"), "--format", "json"]);
        Assert.True(code == 0, output + errors);
        return output;
    }

    private static async Task<string> ToolAsync(KeywardServer server, params string[] arguments)
    {
        var (code, output, errors) = await KeywardServer.RunAsync(
            KeywardServer.Program, [.. arguments, "--addr", server.Address], null, server.AdminEnvironment());
        Assert.True(code == 0, errors);
        return output;
    }

    private static async Task CopyAsync(string from, string to)
    {
        var (code, _, errors) = await KeywardServer.RunAsync("cp", ["-a", from, to]);
        Assert.True(code == 0, errors);
    }
}
