using System.Globalization;
using System.Text.Json.Nodes;

namespace Keyward.Delivery.Sinks;

/// <summary>OpenTelemetry logs over HTTP, in OTLP's JSON form: the record is the body, what is searched for are
/// attributes.</summary>
internal sealed class OtlpSink(SinkSettings settings, TimeProvider time) : ISink
{
    private const int TraceIdLength = 32;

    private readonly HttpCalls _calls = new(settings, "Bearer", time);

    public async ValueTask SendAsync(DeliveryBatch batch, CancellationToken cancellation)
    {
        var path = settings.Address.AbsolutePath.Length > 1 ? "" : "/v1/logs";
        var text = await _calls.PostAsync(
            path, "application/json", RequestOf(batch).ToJsonString(), [], cancellation).ConfigureAwait(false);
        // Deviation: OTLP forbids to send again what was refused in part. A record that nobody took is not delivered,
        // so it stays in sight as lag until the other side takes it.
        var partial = _calls.ObjectOf(text)["partialSuccess"];
        if (partial is not (null or JsonObject))
            throw new DeliveryException($"{_calls.Where} did not say in the form of its protocol what it took.");
        var rejected = partial?["rejectedLogRecords"]?.ToString();
        if (rejected is not (null or "" or "0"))
            throw new DeliveryException($"{_calls.Where} refused {rejected} of {batch.Records.Count} records.");
    }

    public void Dispose() => _calls.Dispose();

    private JsonObject RequestOf(DeliveryBatch batch)
    {
        var observed = Nanoseconds(time.GetUtcNow());
        var records = new JsonArray();
        foreach (var record in batch.Records) records.Add((JsonNode)LogRecordOf(record, observed));
        return new JsonObject
        {
            ["resourceLogs"] = new JsonArray(new JsonObject
            {
                ["resource"] = new JsonObject
                {
                    ["attributes"] = new JsonArray(
                        Attribute("service.name", "keyward"), Attribute("keyward.log", batch.Log)),
                },
                ["scopeLogs"] = new JsonArray(new JsonObject
                {
                    ["scope"] = new JsonObject { ["name"] = "keyward.audit" }, ["logRecords"] = records,
                }),
            }),
        };
    }

    private JsonObject LogRecordOf(DeliveredRecord record, string observed)
    {
        var view = record.View;
        var (number, text) = view.Outcome switch
        {
            "ok" => (9, "INFO"),
            "internal" => (17, "ERROR"),
            _ => (13, "WARN"),
        };
        var attributes = new JsonArray(
            Attribute("keyward.record.id", view.Id),
            new JsonObject
            {
                ["key"] = "keyward.record.index",
                ["value"] = new JsonObject { ["intValue"] = view.Index.ToString(CultureInfo.InvariantCulture) },
            });
        foreach (var (name, value) in ((string, string?)[])[("keyward.operation", view.Operation),
            ("keyward.outcome", view.Outcome), ("keyward.principal", view.Principal), ("keyward.key", view.Resource),
            ("client.address", view.Text("source", "ip"))])
            if (value is not null) attributes.Add((JsonNode)Attribute(name, value));
        var json = new JsonObject
        {
            ["timeUnixNano"] = Nanoseconds(view.Time), ["observedTimeUnixNano"] = observed,
            ["severityNumber"] = number, ["severityText"] = text, ["eventName"] = "keyward.audit",
            ["body"] = new JsonObject { ["stringValue"] = record.In(settings.Form) }, ["attributes"] = attributes,
        };
        if (view.Text("trace") is { Length: TraceIdLength } trace && trace.All(char.IsAsciiHexDigit))
            json["traceId"] = trace;
        return json;
    }

    private static JsonObject Attribute(string name, string value) =>
        new() { ["key"] = name, ["value"] = new JsonObject { ["stringValue"] = value } };

    /// <summary>64-bit numbers are texts in OTLP's JSON.</summary>
    private static string Nanoseconds(DateTimeOffset moment) => string.Create(CultureInfo.InvariantCulture,
        $"{(moment - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick}");
}
