using System.Text.RegularExpressions;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>Spans as a collector gets them: one trace from the caller's own span to the flush of the log.</summary>
public sealed class TraceTests
{
    private const string Ring = "/v1/projects/default/locations/global/keyRings";
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Caller = "00f067aa0ba902b7";
    private const int Server = 2;
    private const int Client = 3;

    /// <summary>So many that a busy machine does not make each of them slow.</summary>
    private const int Many = 200;

    [Fact]
    public async Task A_request_is_explained_by_its_trace_which_continues_the_callers()
    {
        using var data = new TemporaryData();
        using var collector = new TraceCollector();
        await using var server = await StartAsync(data, collector, "1");
        using var client = new RestClient(server);
        Assert.Equal(200, (await client.PostAsync(Ring + "?keyRingId=r")).Status);
        Assert.Equal(200, (await client.PostAsync(
            Ring + "/r/cryptoKeys?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""")).Status);
        // The flag says "not sampled": a stranger has no say in it, in either way.
        client.Http.DefaultRequestHeaders.Add("traceparent", $"00-{Trace}-{Caller}-00");
        var (status, _) = await client.PostAsync(Ring + "/r/cryptoKeys/k:encrypt", """{"plaintext":"aGk="}""");
        Assert.Equal(200, status);
        client.Http.DefaultRequestHeaders.Remove("traceparent");
        using (var scrape = new HttpRequestMessage(HttpMethod.Get, "/metrics"))
        {
            scrape.Headers.TryAddWithoutValidation("Accept", "application/openmetrics-text; version=1.0.0");
            using var answer = await client.Http.SendAsync(scrape);
            Assert.Contains($"trace_id=\"{Trace}\"", await answer.Content.ReadAsStringAsync());
        }

        Assert.Equal(0, await server.StopAsync());

        var spans = collector.Spans.Where(s => s.Trace == Trace).ToList();
        var root = Assert.Single(spans, s => s.Parent == Caller);
        Assert.Equal("google_rest/Encrypt", root.Name);
        Assert.Equal("encrypt", root.Attributes["keyward.operation"]);
        Assert.Equal("ok", root.Attributes["keyward.outcome"]);
        Assert.EndsWith("/cryptoKeys/k/cryptoKeyVersions/1", root.Attributes["keyward.key"]);
        Assert.Equal("software", root.Attributes["keyward.protection_level"]);
        foreach (var part in (string[])["gate.authenticate", "gate.authorize", "gate.quota", "vault.encrypt",
            "audit.commit"])
            Assert.Equal(root.Id, Assert.Single(spans, s => s.Name == part).Parent);
        Assert.Equal(Assert.Single(spans, s => s.Name == "vault.encrypt").Id,
            Assert.Single(spans, s => s.Name == "keystore.encrypt").Parent);
        // A change shows its transaction.
        Assert.Contains(collector.Spans, s => s.Name == "store.write");
        Assert.Contains(collector.Spans, s => s.Name == "google_rest/CreateCryptoKey");
    }

    [Fact]
    public async Task What_failed_is_kept_although_the_share_is_nothing()
    {
        using var data = new TemporaryData();
        using var collector = new TraceCollector();
        await using var server = await StartAsync(data, collector, "0");
        using var client = new RestClient(server);
        client.Http.DefaultRequestHeaders.Add("traceparent", $"00-{Trace}-{Caller}-01");
        Assert.Equal(404, (await client.GetAsync(Ring + "/none")).Status);
        client.Http.DefaultRequestHeaders.Remove("traceparent");
        // Warm by now: what is neither slow nor refused is dropped.
        for (var i = 0; i < Many; i++) Assert.Equal(200, (await client.GetAsync(Ring)).Status);
        Assert.Equal(0, await server.StopAsync());
        var root = Assert.Single(collector.Spans, s => s.Parent == Caller);
        Assert.Equal((Trace, "not_found"), (root.Trace, root.Attributes["keyward.outcome"]));
        Assert.True(collector.Spans.Count(s => s.Name == "google_rest/ListKeyRings") < Many);
    }

    /// <summary>The guide's program, under the instrumentation that it shows: one trace through both official clients, and
    /// the pairs of spans from which a service map is drawn.</summary>
    [Fact]
    public async Task Official_clients_and_the_server_are_one_trace_and_one_map()
    {
        using var data = new TemporaryData();
        using var collector = new TraceCollector();
        await using var server = await StartAsync(data, collector, "1");
        var folder = Directory.CreateDirectory(data.In("reader")).FullName;
        var said = await Guide.RunAsync("tracing.md", folder, ("DATA", server.Data),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address));
        var trace = Regex.Match(said, "order 7 in trace ([0-9a-f]{32})").Groups[1].Value;
        Assert.NotEmpty(trace);
        Assert.Equal(0, await server.StopAsync());

        var spans = collector.Spans.Where(s => s.Trace == trace).ToDictionary(s => s.Id);
        var order = Assert.Single(spans.Values, s => s.Name == "order 7");
        var served = spans.Values.Where(s => s is { Service: "keyward", Kind: Server }).ToList();
        Assert.Equal(["aws/Decrypt", "google_grpc/Encrypt"], served.Select(s => s.Name).Order());
        foreach (var span in served)
        {
            var called = spans[span.Parent];
            Assert.Equal(("orders", Client), (called.Service, called.Kind));
            while (called.Parent.Length > 0) called = spans[called.Parent];
            Assert.Equal(order, called);
            Assert.Contains(spans.Values, s => s.Name == "audit.commit" && s.Parent == span.Id);
        }
    }

    private static Task<KeywardServer> StartAsync(TemporaryData data, TraceCollector collector, string share) =>
        KeywardServer.StartAsync(data.In("kms"), "127.0.0.1:0", ("KEYWARD_TRACES_ENDPOINT", collector.Address),
            ("KEYWARD_TRACES_SAMPLE", share));
}
