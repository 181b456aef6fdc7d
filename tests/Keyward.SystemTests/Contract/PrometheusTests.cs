using System.Text.Json;
using System.Text.RegularExpressions;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>A real Prometheus scrapes a real server under load: every query of the dashboards returns series, every
/// metric that a rule reads exists, and the rules themselves are evaluated without an error.</summary>
public sealed partial class PrometheusTests : IDisposable
{
    /// <summary>What only another program, another keystore or several nodes feed; absent until then.</summary>
    private static readonly string[] NotHere =
    [
        "keyward_probe_success", "keyward_revocation_propagation_seconds_bucket", "keyward_cut_requests_total",
        "keyward_audit_export_lag_seconds", "keyward_audit_checkpoint_age_seconds",
        "keyward_audit_verified_timestamp_seconds", "keyward_audit_witness_quorum_missing_seconds",
        "keyward_key_material_expiry_timestamp_seconds", "keyward_pending_destroy_uses_total",
    ];

    /// <summary>docs/reference/metrics.md says why.</summary>
    private const string MeantToBeSo =
        "^(keyward_primary_version_age_seconds_bucket|dotnet_(assembly|process_cpu|timer)_count) non-histogram ";

    private readonly TemporaryData _data = new();

    [Fact]
    public async Task Dashboards_and_rules_find_their_series()
    {
        Assert.SkipUnless(File.Exists(PrometheusServer.Program),
            "Prometheus is not installed: ./test installs the package prometheus.");
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        await ConfigureAsync(server);
        await using var prometheus = PrometheusServer.Start(_data);
        await LoadAsync(server);
        await prometheus.UntilAsync("count_over_time(up{job=\"keyward\"}[5m]) > 5");
        await LoadAsync(server);
        // Two more scrapes show what the second load raised, and every rule has been evaluated with it.
        await prometheus.UntilAsync("sum(increase(keyward_requests_total{operation=\"encrypt\"}[5m])) > 0");
        await prometheus.UntilAsync("keyward:error_ratio:rate30d and on() keyward:primary_version_age_seconds:p95");
        await prometheus.UntilAsync("keyward:request_duration_seconds:p99_5m");
        foreach (var (board, query) in Queries())
            await prometheus.UntilAsync(query, board);
        await JudgeRulesAsync(prometheus.Client);
        Assert.All(await LintAsync(server), line => Assert.Matches(MeantToBeSo, line));
    }

    /// <summary>What promtool objects to in the server's metrics, a line each.</summary>
    private async Task<string[]> LintAsync(KeywardServer server)
    {
        using var client = new RestClient(server);
        await File.WriteAllTextAsync(_data.In("metrics"), await client.Http.GetStringAsync("/metrics"));
        var (_, output, errors) = await KeywardServer.RunAsync(
            "bash", ["-c", "promtool check metrics < metrics"], _data.Path, []);
        return (output + errors).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public void Dispose() => _data.Dispose();

    private static async Task JudgeRulesAsync(HttpClient client)
    {
        var rules = default(JsonElement);
        // Every group is evaluated each second, from some moment of its own on.
        await Waiting.UntilAsync(async () =>
        {
            rules = JsonDocument.Parse(await client.GetStringAsync("rules")).RootElement;
            return !rules.ToString().Contains("\"health\":\"unknown\"", StringComparison.Ordinal);
        });
        using var names = JsonDocument.Parse(await client.GetStringAsync("label/__name__/values"));
        var known = names.RootElement.GetProperty("data").EnumerateArray().Select(n => n.GetString()!).ToHashSet();
        var all = rules.GetProperty("data").GetProperty("groups").EnumerateArray()
            .SelectMany(g => g.GetProperty("rules").EnumerateArray()).ToList();
        Assert.True(all.Count > 40);
        var page = await File.ReadAllTextAsync(Path.Combine(KeywardServer.Root, "docs/reference/metrics.md"));
        Assert.All(known.Where(n => n.StartsWith("keyward_", StringComparison.Ordinal)
            && !n.EndsWith("_created", StringComparison.Ordinal)), name =>
            Assert.Contains(Part().Replace(name, ""), page));
        foreach (var rule in all)
        {
            var query = rule.GetProperty("query").GetString()!;
            Assert.True(rule.GetProperty("health").GetString() == "ok", $"{query}: {rule}");
            foreach (var name in Metric().Matches(query).Select(m => m.Value).Except(NotHere))
                Assert.True(known.Contains(name), $"No metric {name} for {query}");
        }
    }

    /// <summary>Every query that the dashboards ask.</summary>
    private static IEnumerable<(string Board, string Query)> Queries()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(KeywardServer.Root, "deploy/dashboards"), "*.json"))
        {
            using var board = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var panel in board.RootElement.GetProperty("panels").EnumerateArray())
                foreach (var target in panel.GetProperty("targets").EnumerateArray())
                    yield return (Path.GetFileName(file), target.GetProperty("expr").GetString()!);
        }
    }

    private async Task ConfigureAsync(KeywardServer server)
    {
        var folder = Path.Combine(KeywardServer.Root, "deploy/alerts");
        await File.WriteAllTextAsync(_data.In("keyward.yml"), await PrometheusServer.RulesAsync());
        var config = await File.ReadAllTextAsync(Path.Combine(folder, "prometheus.yml"));
        config = config.Replace("15s", "1s", StringComparison.Ordinal)
            .Replace("localhost:8443", server.Address, StringComparison.Ordinal)
            .Replace("/var/lib/keyward", server.Data, StringComparison.Ordinal)
            .Replace("alerting:", "# alerting:", StringComparison.Ordinal);
        await File.WriteAllTextAsync(_data.In("prometheus.yml"), config);
    }

    private async Task LoadAsync(KeywardServer server)
    {
        var hello = _data.In("hello");
        await File.WriteAllTextAsync(hello, "hello");
        string[][] commands =
        [
            ["keyring", "create", "r", "--if-not-exists"],
            ["key", "create", "k", "--keyring", "r", "--purpose", "encryption", "--if-not-exists"],
            ["key", "create", "m", "--keyring", "r", "--purpose", "mac", "--default-algorithm", "hmac-sha256",
                "--if-not-exists"],
            ["encrypt", "--key", "r/k", "--plaintext-file", hello, "--ciphertext-file", _data.In("ct")],
            ["decrypt", "--key", "r/k", "--ciphertext-file", _data.In("ct"), "--plaintext-file", _data.In("pt")],
            ["mac", "--key", "r/m", "--input-file", hello, "--signature-file", _data.In("mac")],
            ["mac", "--verify", "--key", "r/m", "--input-file", hello, "--signature-file", _data.In("mac")],
            ["key", "rotate", "k", "--keyring", "r"],
        ];
        foreach (var command in commands)
        {
            var (code, _, errors) = await KeywardServer.RunAsync(
                KeywardServer.Program, command, null, server.AdminEnvironment());
            Assert.True(code == 0, string.Join(' ', command) + ": " + errors);
        }

        var (refused, _, _) = await KeywardServer.RunAsync(KeywardServer.Program,
            ["keyring", "list", "--project", "none"], null, server.AdminEnvironment());
        Assert.Equal(1, refused);
    }

    [GeneratedRegex("_(bucket|count|sum|gcount|gsum)$")]
    private static partial Regex Part();

    [GeneratedRegex(@"\b(keyward|dotnet)_[a-z_]+\b")]
    private static partial Regex Metric();
}
