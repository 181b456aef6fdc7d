using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Running;

/// <summary>A real Prometheus with the rules as they ship, only that it looks every second.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    public const string Program = "/usr/bin/prometheus";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process _process;

    private PrometheusServer(Process process, HttpClient client) => (_process, Client) = (process, client);

    /// <summary>Its HTTP API.</summary>
    public HttpClient Client { get; }

    public static async Task<string> RulesAsync()
    {
        var rules = await File.ReadAllTextAsync(Path.Combine(KeywardServer.Root, "deploy/alerts/keyward.yml"));
        return rules.Replace("interval: 15s", "interval: 1s", StringComparison.Ordinal);
    }

    /// <summary>Starts in a folder that holds <c>prometheus.yml</c>.</summary>
    public static PrometheusServer Start(TemporaryData data)
    {
        var port = Ports.Next();
        var process = Process.Start(new ProcessStartInfo(Program,
        [
            "--config.file=" + data.In("prometheus.yml"), "--storage.tsdb.path=" + data.In("tsdb"),
            $"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
        ]))!;
        return new PrometheusServer(
            process, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/api/v1/") });
    }

    /// <summary>Until a query has series.</summary>
    /// <param name="asked">Who asks it.</param>
    public async Task UntilAsync(string query, string asked = "the test")
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < Patience)
        {
            try
            {
                if (await CountAsync(query) > 0) return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet, or is not ready yet.
            }

            await Task.Delay(200);
        }

        Assert.Fail($"Prometheus never had what {asked} looks for: {query}");
    }

    /// <summary>How many series a query has.</summary>
    public async Task<int> CountAsync(string query)
    {
        using var answer = await Client.GetAsync(
            new Uri("query?query=" + Uri.EscapeDataString(query), UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode == HttpStatusCode.BadRequest) Assert.Fail(query + ": " + text);
        answer.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty("data").GetProperty("result").GetArrayLength();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
