using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Keyward.Delivery.Sinks;

/// <summary>Splunk's HTTP Event Collector. Its success alone means that the events were accepted; with
/// <c>ack=true</c> they count once the indexer has acknowledged them, which the collector's token must have switched
/// on.</summary>
internal sealed class SplunkSink(SinkSettings settings, TimeProvider time) : ISink
{
    private const string Path = "/services/collector/event";
    private const string AckPath = "/services/collector/ack";

    /// <summary>How long an acknowledgement is waited for before the batch goes out again.</summary>
    private const int MaximumQuestions = 60;

    private static readonly TimeSpan QuestionInterval = TimeSpan.FromSeconds(1);

    private readonly HttpCalls _calls = new(settings, "Splunk", time);

    // Any GUID names a channel; acknowledgements count within it.
    private readonly string _channel = new Guid(RandomNumberGenerator.GetBytes(16)).ToString();

    public async ValueTask SendAsync(DeliveryBatch batch, CancellationToken cancellation)
    {
        (string, string)[] headers = settings.Acknowledged ? [("X-Splunk-Request-Channel", _channel)] : [];
        var body = new StringBuilder();
        foreach (var record in batch.Records) body.Append(EventOf(record, batch.Log).ToJsonString()).Append('\n');
        var answer = _calls.ObjectOf(await _calls.PostAsync(
            Path, "application/json", body.ToString(), headers, cancellation).ConfigureAwait(false));
        if (answer["code"]?.ToJsonString() is not "0" and var code)
            throw new DeliveryException($"{_calls.Where} did not take the events: code {code ?? "missing"}.");
        if (!settings.Acknowledged) return;
        if (answer["ackId"]?.ToJsonString() is not { } id)
            throw new DeliveryException($"{_calls.Where} gives no ackId: switch acknowledgement on for its token.");
        await WaitAsync(id, headers, cancellation).ConfigureAwait(false);
    }

    public void Dispose() => _calls.Dispose();

    private async ValueTask WaitAsync(string id, (string, string)[] headers, CancellationToken cancellation)
    {
        for (var question = 0; question < MaximumQuestions; question++)
        {
            var answer = _calls.ObjectOf(await _calls.PostAsync(AckPath, "application/json",
                $$"""{"acks":[{{id}}]}""", headers, cancellation).ConfigureAwait(false));
            if (HttpCalls.PartOf(answer, "acks") is not JsonObject acks)
                throw new DeliveryException($"{_calls.Where} did not say what became of its acknowledgements.");
            if (acks[id]?.ToJsonString() == "true") return;
            await Task.Delay(QuestionInterval, time, cancellation).ConfigureAwait(false);
        }

        throw new DeliveryException($"{_calls.Where} accepted the events but did not acknowledge them.");
    }

    private JsonObject EventOf(DeliveredRecord record, string log) => new()
    {
        ["time"] = decimal.Parse(string.Create(CultureInfo.InvariantCulture,
            $"{record.View.Time.ToUnixTimeMilliseconds() / 1000m:F3}"), CultureInfo.InvariantCulture),
        ["host"] = record.View.Text("node") ?? "keyward",
        ["source"] = log,
        ["sourcetype"] = settings.Form == "keyward" ? "keyward:audit" : "keyward:audit:" + settings.Form,
        ["event"] = record.JsonIn(settings.Form),
        // Not "index": that is the name of Splunk's own field for where an event is kept.
        ["fields"] = new JsonObject { ["log_index"] = record.View.Index },
    };
}
