using System.Text.Json.Nodes;
using Keyward.Delivery.Sinks;

namespace Keyward.Tests.Delivery.Sinks;

/// <summary>What each collector is sent, by the field lists of its vendor, and that nothing counts as delivered unless
/// the answer really says so: a collector that is down, busy, redirects to a login page, or says success for what it did
/// not take.</summary>
public sealed class HttpSinkTests
{
    [Fact]
    public async Task A_webhook_gets_one_record_a_line_and_which_they_are()
    {
        await using var host = await SinkHost.StartAsync();
        using var sink = Make(host, "https", "/in?team=a");
        await sink.SendAsync(Batches.Of(7, 3), default);
        var request = Assert.Single(host.Requests);
        Assert.Equal("/in?team=a", request.Path);
        Assert.Equal("Bearer s3cret", request.Headers["Authorization"]);
        Assert.Equal(("7", "3", Batches.Log), (request.Headers["x-keyward-first-index"],
            request.Headers["x-keyward-count"], request.Headers["x-keyward-log"]));
        Assert.Equal(string.Concat(Enumerable.Range(7, 3).Select(i => Batches.Record(i) + "\n")), request.Body);
    }

    [Theory]
    [InlineData(302)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task No_answer_but_success_confirms(int status)
    {
        await using var host = await SinkHost.StartAsync();
        foreach (var scheme in (string[])["https", "splunk+https", "elastic+https", "otlp+https"])
        {
            using var sink = Make(host, scheme, "/audit");
            host.Answer(status, "{}");
            await Assert.ThrowsAsync<DeliveryException>(async () => await sink.SendAsync(Batches.Of(0, 1), default));
        }

        Assert.Equal(4, host.Requests.Count);
    }

    [Fact]
    public async Task A_busy_collector_says_when_to_come_again()
    {
        await using var host = await SinkHost.StartAsync();
        using var sink = Make(host, "splunk+https", "/");
        host.Answer(429, "", "17");
        var refused = await Assert.ThrowsAsync<DeliveryException>(
            async () => await sink.SendAsync(Batches.Of(0, 1), default));
        Assert.Equal(TimeSpan.FromSeconds(17), refused.After);
    }

    [Fact]
    public async Task A_stranger_with_another_certificate_gets_nothing()
    {
        await using var host = await SinkHost.StartAsync();
        await using var other = await SinkHost.StartAsync();
        using var sink = new WebhookSink(Parse($"s=https://{host.Authority}/?ca_file={other.CaFile}"), TimeProvider.System);
        await Assert.ThrowsAsync<DeliveryException>(async () => await sink.SendAsync(Batches.Of(0, 1), default));
        Assert.Empty(host.Requests);
    }

    [Fact]
    public async Task Splunk_gets_events_of_its_form()
    {
        await using var host = await SinkHost.StartAsync();
        using var sink = Make(host, "splunk+https", "/");
        host.Answer(200, """{"text":"Success","code":0}""");
        await sink.SendAsync(Batches.Of(4, 2), default);
        var request = Assert.Single(host.Requests);
        Assert.Equal(("/services/collector/event", "Splunk s3cret"), (request.Path, request.Headers["Authorization"]));
        var lines = request.Body.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        var json = JsonNode.Parse(lines[0])!.AsObject();
        Assert.Equal(["time", "host", "source", "sourcetype", "event", "fields"], json.Select(p => p.Key));
        Assert.Equal("1795652341.894", json["time"]!.ToJsonString());
        Assert.Equal(("node-1", Batches.Log, "keyward:audit"),
            ((string)json["host"]!, (string)json["source"]!, (string)json["sourcetype"]!));
        Assert.Equal(Batches.Record(4), json["event"]!.ToJsonString());
        // Splunk's own fields cannot be given another meaning.
        Assert.Equal("""{"log_index":4}""", json["fields"]!.ToJsonString());
    }

    [Fact]
    public async Task Splunk_records_count_once_they_are_acknowledged()
    {
        await using var host = await SinkHost.StartAsync();
        using var sink = Make(host, "splunk+https", "/?ack=true");
        host.Answer(200, """{"text":"Success","code":0,"ackId":41}""");
        host.Answer(200, """{"acks":{"41":true}}""");
        await sink.SendAsync(Batches.Of(0, 1), default);
        Assert.Equal("/services/collector/ack", host.Requests[1].Path);
        Assert.Equal("""{"acks":[41]}""", host.Requests[1].Body);
        Assert.Equal(host.Requests[0].Headers["X-Splunk-Request-Channel"], host.Requests[1].Headers["X-Splunk-Request-Channel"]);
        host.Answer(200, """{"text":"Success","code":0}""");
        await Assert.ThrowsAsync<DeliveryException>(async () => await sink.SendAsync(Batches.Of(1, 1), default));
        host.Answer(200, """{"text":"Success","code":0,"ackId":42}""");
        host.Answer(200, """{"acks":"yes"}""");
        await Assert.ThrowsAsync<DeliveryException>(async () => await sink.SendAsync(Batches.Of(1, 1), default));
    }

    [Fact]
    public async Task An_answer_without_end_or_half_of_one_is_called_that()
    {
        await using var host = await SinkHost.StartAsync();
        using var sink = Make(host, "splunk+https", "/");
        host.Answer(200, new string('x', 3 << 20));
        Assert.EndsWith("answered with more than 1 MiB.", (await FailAsync()).Message);
        host.Answer(200, """{"text":"Success","code":0}""");
        host.BreaksOff = true;
        Assert.Contains("before its answer was whole", (await FailAsync()).Message);

        Task<DeliveryException> FailAsync() => Assert.ThrowsAsync<DeliveryException>(
            async () => await sink.SendAsync(Batches.Of(0, 1), default));
    }

    [Theory]
    [InlineData("splunk+https", "<html>Please log in</html>")]
    [InlineData("splunk+https", """{"text":"Incorrect index","code":7}""")]
    [InlineData("splunk+https", "{}")]
    [InlineData("elastic+https", "{}")]
    [InlineData("elastic+https", """{"errors":false,"items":[{"create":{"status":201}}]}""")]
    [InlineData("elastic+https", """{"errors":true,"items":[{"create":{"status":201}},{"create":{"status":429,"error":{"type":"es_rejected_execution_exception"}}}]}""")]
    [InlineData("elastic+https", """{"errors":false,"items":[{"create":{"status":201}},{"index":{}}]}""")]
    [InlineData("otlp+https", "OK")]
    [InlineData("otlp+https", """{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"no"}}""")]
    [InlineData("elastic+https", """{"items":[5,[]]}""")]
    [InlineData("elastic+https", """{"items":5}""")]
    [InlineData("otlp+https", """{"partialSuccess":5}""")]
    public async Task Success_that_is_none_does_not_confirm(string scheme, string answer)
    {
        await using var host = await SinkHost.StartAsync();
        using var sink = Make(host, scheme, "/audit");
        host.Answer(200, answer);
        await Assert.ThrowsAsync<DeliveryException>(async () => await sink.SendAsync(Batches.Of(0, 2), default));
    }

    [Fact]
    public async Task Elasticsearch_gets_documents_under_their_place_in_the_log()
    {
        await using var host = await SinkHost.StartAsync();
        using var sink = Make(host, "elastic+https", "/keyward-audit");
        host.Answer(200, """{"errors":true,"items":[{"create":{"status":201}},{"create":{"status":409}}]}""");
        await sink.SendAsync(Batches.Of(9, 2), default);
        var request = Assert.Single(host.Requests);
        Assert.Equal(("/keyward-audit/_bulk", "ApiKey s3cret"), (request.Path, request.Headers["Authorization"]));
        Assert.Equal("application/x-ndjson", request.Headers["Content-Type"]);
        var lines = request.Body.TrimEnd('\n').Split('\n').Select(l => JsonNode.Parse(l)!).ToList();
        Assert.Equal(4, lines.Count);
        Assert.Equal(Batches.Log + "#9", (string)lines[0]["create"]!["_id"]!);
        Assert.Equal("2026-11-26T00:19:01.894236Z", (string)lines[1]["@timestamp"]!);
        Assert.Equal((10L, "encrypt"), ((long)lines[3]["index"]!, (string)lines[3]["operation"]!));
        Assert.EndsWith("\n", request.Body);
    }

    [Fact]
    public async Task OpenTelemetry_gets_log_records_of_its_schema()
    {
        await using var host = await SinkHost.StartAsync();
        using var sink = Make(host, "otlp+https", "/");
        host.Answer(200, """{"partialSuccess":{}}""");
        await sink.SendAsync(Batches.Of(3, 2), default);
        var request = Assert.Single(host.Requests);
        Assert.Equal(("/v1/logs", "application/json"), (request.Path, request.Headers["Content-Type"]));
        var json = JsonNode.Parse(request.Body)!.AsObject();
        Assert.Equal(["resourceLogs"], json.Select(p => p.Key));
        var logs = json["resourceLogs"]![0]!.AsObject();
        Assert.Equal(["resource", "scopeLogs"], logs.Select(p => p.Key));
        var records = logs["scopeLogs"]![0]!["logRecords"]!.AsArray();
        Assert.Equal(2, records.Count);
        string[] fields = ["timeUnixNano", "observedTimeUnixNano", "severityNumber", "severityText", "body", "attributes",
            "droppedAttributesCount", "flags", "traceId", "spanId", "eventName"];
        foreach (var (name, _) in records[0]!.AsObject()) Assert.Contains(name, fields);
        Assert.Equal("1795652341894236000", (string)records[0]!["timeUnixNano"]!);
        Assert.Equal((9, "0af7651916cd43dd8448eb211c80319c"),
            ((int)records[0]!["severityNumber"]!, (string)records[0]!["traceId"]!));
        Assert.Equal(Batches.Record(3), (string)records[0]!["body"]!["stringValue"]!);
        Assert.All(records[0]!["attributes"]!.AsArray(), a =>
            Assert.Single(a!["value"]!.AsObject(), v => v.Key is "stringValue" or "intValue"));
    }

    private static ISink Make(SinkHost host, string scheme, string path)
    {
        var settings = Parse($"s={scheme}://{host.Authority}{path}{(path.Contains('?') ? '&' : '?')}" +
            $"ca_file={host.CaFile}&token_file={host.TokenFile}");
        return scheme switch
        {
            "splunk+https" => new SplunkSink(settings, TimeProvider.System),
            "elastic+https" => new ElasticSink(settings, TimeProvider.System),
            "otlp+https" => new OtlpSink(settings, TimeProvider.System),
            _ => new WebhookSink(settings, TimeProvider.System),
        };
    }

    private static SinkSettings Parse(string text)
    {
        Assert.Null(SinkSettings.WhyNot(text));
        Assert.True(SinkSettings.TryParse(text, out var settings));
        return settings;
    }
}
