using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Keyward.Delivery.Sinks;

/// <summary>Elasticsearch's bulk API. Documents are created under the record's own place in its log, so that a record
/// that comes twice stands there once; every item of the answer is judged, since the answer as a whole says 200
/// whatever became of them.</summary>
internal sealed class ElasticSink(SinkSettings settings, TimeProvider time) : ISink
{
    private readonly HttpCalls _calls = new(settings, "ApiKey", time);

    public async ValueTask SendAsync(DeliveryBatch batch, CancellationToken cancellation)
    {
        var body = new StringBuilder();
        foreach (var record in batch.Records)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{batch.Log}#{record.View.Index}")
                + (record.IsNotice ? "-" + record.View.Id : "");
            body.Append(new JsonObject { ["create"] = new JsonObject { ["_id"] = id } }.ToJsonString()).Append('\n');
            body.Append(DocumentOf(record, batch.Log).ToJsonString()).Append('\n');
        }

        var answer = _calls.ObjectOf(await _calls.PostAsync(
            "/_bulk", "application/x-ndjson", body.ToString(), [], cancellation).ConfigureAwait(false));
        if (answer["items"] is not JsonArray items || items.Count != batch.Records.Count)
            throw new DeliveryException($"{_calls.Where} did not answer for every document.");
        for (var i = 0; i < items.Count; i++)
            // 409: a document of this id is there already, from an attempt whose answer was lost.
            if (HttpCalls.PartOf(items[i], "create", "status")?.ToJsonString() is not ("200" or "201" or "409"))
                throw new DeliveryException(string.Create(CultureInfo.InvariantCulture,
                    $"{_calls.Where} did not take record {batch.Records[i].View.Index}: ") + WhyNot(items[i]));
    }

    public void Dispose() => _calls.Dispose();

    private static string WhyNot(JsonNode? item)
    {
        var type = HttpCalls.PartOf(item, "create", "error", "type")?.ToString() ?? "no reason given";
        var status = HttpCalls.PartOf(item, "create", "status")?.ToJsonString() ?? "no status";
        return $"{(type.Length > 100 ? type[..100] : type)} ({status}).";
    }

    private JsonNode DocumentOf(DeliveredRecord record, string log)
    {
        var json = record.JsonIn(settings.Form).AsObject();
        json["@timestamp"] = record.View.Text("time");
        if (settings.Form != "keyward") return json;
        (json["log"], json["index"]) = (log, record.View.Index);
        return json;
    }
}
