using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Keyward.SystemTests.Crash;
using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;
using Microsoft.Data.Sqlite;

namespace Keyward.SystemTests.Contract;

/// <summary>Each alert that wakes somebody fires in a real Prometheus when its fault is caused in a real server. The
/// rules are those that ship, but that they wait for seconds instead of minutes.</summary>
public sealed partial class LiveAlertTests : IDisposable
{
    private const string Ring = "/v1/projects/default/locations/global/keyRings";
    private const string Key = Ring + "/probe/cryptoKeys/canary";

    /// <summary>Pages that are not caused here, and why.</summary>
    private static readonly string[] NotHere =
    [
        "KeywardAuditGap", // No request is counted before its record is written: promtool alone shows it.
        "KeywardAuditBroken", // A server looks a minute after its start: LogSelfCheckTests.
    ];

    private readonly TemporaryData _data = new();
    private readonly HashSet<string> _fired = [];

    [Fact]
    public async Task Every_page_fires_when_its_fault_is_caused()
    {
        Assert.SkipUnless(File.Exists(PrometheusServer.Program),
            "Prometheus is not installed: ./test installs the package prometheus.");
        using var disk = await SmallDisk.MountAsync();
        await FoundAsync("sealed", ("KEYWARD_ROOT", "passphrase"), ("KEYWARD_ROOT_PASSPHRASE_FILE", Passphrase()));
        await using var full = await KeywardServer.StartAsync(
            disk.In("kms"), "127.0.0.1:0", ("KEYWARD_AUDIT_RESERVE", "2MiB"));
        await using var locked = await StartAsync("sealed", ("KEYWARD_ROOT", "passphrase"));
        // Named, since it is started on it again: nobody takes it meanwhile.
        var address = $"127.0.0.1:{Ports.Next()}";
        var server = await KeywardServer.StartAsync(_data.In("well"), address);
        try
        {
            using var client = new RestClient(server);
            var ciphertext = await PrepareAsync(client);
            await using var prometheus = await WatchAsync(server, full, locked);
            await prometheus.UntilAsync("keyward_probe_success == 1");
            await DisableAsync(client);
            disk.Fill();
            using var stopping = new CancellationTokenSource();
            var load = LoadAsync(client, new RestClient(full), ciphertext, stopping.Token);
            await TakeOutAsync(server);
            await FiresAsync(prometheus, "KeywardExportDenied", "KeywardAnomalyGrave", "KeywardDecryptFailures", "KeywardAuditNotWritten", "KeywardNotReady",
                "KeywardSealed", "KeywardBudgetHalfGoneInAnHour", "KeywardBudgetBurn");
            await stopping.CancelAsync();
            await load;
            Assert.Equal(0, await server.StopAsync());
            await FiresAsync(prometheus, "KeywardDown", "KeywardProbeFails");
            await AlterAsync(server.Data);
            await server.DisposeAsync();
            server = await KeywardServer.StartAsync(_data.In("well"), address);
            await FiresAsync(prometheus, "KeywardAlteredRows");
        }
        finally
        {
            await server.DisposeAsync();
        }

        var pages = PageAlert().Matches(await PrometheusServer.RulesAsync()).Select(m => m.Groups[1].Value);
        Assert.Equal(pages.Except(NotHere).Order(), _fired.Order());
    }

    public void Dispose()
    {
        _probe?.Kill();
        _probe?.Dispose();
        _data.Dispose();
    }

    private Process? _probe;

    private string Passphrase()
    {
        File.WriteAllText(_data.In("passphrase"), "open sesame, please\n");
        return _data.In("passphrase");
    }

    private Task<KeywardServer> StartAsync(string name, params (string Name, string Value)[] environment) =>
        KeywardServer.StartAsync(_data.In(name), "127.0.0.1:0", environment);

    private async Task FoundAsync(string name, params (string Name, string Value)[] environment)
    {
        await using var server = await StartAsync(name, environment);
        Assert.Equal(0, await server.StopAsync());
    }

    private static async Task<string> PrepareAsync(RestClient client)
    {
        Assert.Equal(200, (await client.PostAsync(Ring + "?keyRingId=probe")).Status);
        Assert.Equal(200, (await client.PostAsync(
            Ring + "/probe/cryptoKeys?cryptoKeyId=canary", """{"purpose":"ENCRYPT_DECRYPT"}""")).Status);
        Assert.Equal(200, (await client.PostAsync(
            Ring + "/probe/cryptoKeys?cryptoKeyId=other", """{"purpose":"ENCRYPT_DECRYPT"}""")).Status);
        var (status, body) = await client.PostAsync(Ring + "/probe/cryptoKeys/other:encrypt", """{"plaintext":"aGk="}""");
        Assert.Equal(200, status);
        return body.GetProperty("ciphertext").GetString()!;
    }

    private static async Task DisableAsync(RestClient client) => Assert.Equal(200, (await client.SendAsync(HttpMethod.Patch,
        Ring + "/probe/cryptoKeys/other/cryptoKeyVersions/1?updateMask=state", """{"state":"DISABLED"}""")).Status);

    /// <summary>A backup carries every key out, if sealed: it is always out of the ordinary.</summary>
    private async Task TakeOutAsync(KeywardServer server)
    {
        var (made, output, why) = await KeywardServer.RunAsync(KeywardServer.Program,
            ["backup", "keygen", "--out", _data.In("backup.key"), "--format", "json"]);
        Assert.True(made == 0, why);
        using var keys = JsonDocument.Parse(output);
        var recipient = keys.RootElement.GetProperty("recipient").GetString()!;
        var (code, _, errors) = await KeywardServer.RunAsync(KeywardServer.Program,
            ["backup", "create", "--out", _data.In("backup.age"), "--recipient", recipient], null, server.AdminEnvironment());
        Assert.True(code == 0, errors);
        // And somebody who may not tries the same.
        var (named, _, wrong) = await KeywardServer.RunAsync(KeywardServer.Program,
            ["service-account", "create", "thief", "--key-file", _data.In("thief.json")], null, server.AdminEnvironment());
        Assert.True(named == 0, wrong);
        (string, string)[] environment =
        [
            .. server.AdminEnvironment().Where(e => e.Name != "GOOGLE_APPLICATION_CREDENTIALS"),
            ("GOOGLE_APPLICATION_CREDENTIALS", _data.In("thief.json")),
        ];
        var (refused, _, _) = await KeywardServer.RunAsync(KeywardServer.Program,
            ["backup", "create", "--out", _data.In("stolen.age"), "--recipient", recipient], null, environment);
        Assert.Equal(1, refused);
    }

    /// <summary>Prometheus over three servers and a probe of the first.</summary>
    private async Task<PrometheusServer> WatchAsync(
        KeywardServer server, KeywardServer full, KeywardServer locked)
    {
        var port = Ports.Next();
        var start = new ProcessStartInfo(KeywardServer.Program,
            ["probe", "--key", "probe/canary", "--from", "here", "--every", "1s", "--listen", $"127.0.0.1:{port}"])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        };
        KeywardServer.Isolate(start);
        foreach (var (name, value) in server.AdminEnvironment()) start.Environment[name] = value;
        _probe = Process.Start(start)!;
        await File.WriteAllTextAsync(_data.In("keyward.yml"),
            Wait().Replace(await PrometheusServer.RulesAsync(), "for: 2s"));
        await File.WriteAllTextAsync(_data.In("prometheus.yml"), $$"""
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: [keyward.yml]
            scrape_configs:
              - job_name: keyward
                scheme: https
                tls_config: {insecure_skip_verify: true}
                static_configs: [{targets: ['{{server.Address}}', '{{full.Address}}', '{{locked.Address}}']}]
              - job_name: probe
                static_configs: [{targets: ['127.0.0.1:{{port}}']}]
            """);
        return PrometheusServer.Start(_data);
    }

    /// <summary>Decryptions with a version that is disabled, and requests of a server that cannot write its
    /// log.</summary>
    private static async Task LoadAsync(RestClient well, RestClient full, string ciphertext, CancellationToken stopping)
    {
        using (full)
            while (!stopping.IsCancellationRequested)
            {
                for (var i = 0; i < 20; i++)
                {
                    Assert.Equal(400, (await well.PostAsync(
                        Ring + "/probe/cryptoKeys/other:decrypt", $$"""{"ciphertext":"{{ciphertext}}"}""")).Status);
                    _ = await full.GetAsync(Ring); // Refused as soon as the writer meets the full disk.
                }

                await Task.Delay(100, CancellationToken.None);
            }
    }

    private async Task FiresAsync(PrometheusServer prometheus, params string[] alerts)
    {
        foreach (var alert in alerts)
        {
            await prometheus.UntilAsync($"ALERTS{{alertname=\"{alert}\",alertstate=\"firing\",severity=\"page\"}}");
            _fired.Add(alert);
        }
    }

    /// <summary>Somebody with the disk writes into the store.</summary>
    private static async Task AlterAsync(string data)
    {
        await using var store = new SqliteConnection($"Data Source={Path.Combine(data, "keyward.db")};Pooling=False");
        await store.OpenAsync();
        await using var change = store.CreateCommand();
        change.CommandText = "UPDATE crypto_key SET create_time = create_time + 1 WHERE key = 'other'";
        Assert.Equal(1, await change.ExecuteNonQueryAsync());
    }

    [GeneratedRegex(@"alert: (\w+)\n(?:(?!- alert)[\s\S])*?severity: page")]
    private static partial Regex PageAlert();

    [GeneratedRegex(@"for: \d+[mh]")]
    private static partial Regex Wait();
}
