using System.Globalization;
using System.Text;

namespace Keyward.Delivery.Sinks;

/// <summary>POST of the records, one a line; the headers say which they are. Any 2xx confirms all of them.</summary>
internal sealed class WebhookSink(SinkSettings settings, TimeProvider time) : ISink
{
    private readonly HttpCalls _calls = new(settings, "Bearer", time);

    public async ValueTask SendAsync(DeliveryBatch batch, CancellationToken cancellation)
    {
        var body = new StringBuilder();
        foreach (var record in batch.Records) body.Append(record.In(settings.Form)).Append('\n');
        await _calls.PostAsync("", settings.Form == "cef" ? "text/plain" : "application/x-ndjson", body.ToString(),
        [
            ("x-keyward-log", batch.Log),
            ("x-keyward-first-index", batch.FirstIndex.ToString(CultureInfo.InvariantCulture)),
            ("x-keyward-next-index", batch.NextIndex.ToString(CultureInfo.InvariantCulture)),
            ("x-keyward-count", batch.Records.Count.ToString(CultureInfo.InvariantCulture)),
        ], cancellation).ConfigureAwait(false);
    }

    public void Dispose() => _calls.Dispose();
}
