using System.Text;
using System.Text.Json.Nodes;

namespace Keyward.Delivery;

/// <summary>A record on its way out.</summary>
internal sealed record DeliveredRecord(RecordView View)
{
    /// <summary>The record in a form: one line, without its end.</summary>
    public string In(string form) =>
        form == "keyward" ? Encoding.UTF8.GetString(View.Bytes.Span) : RecordForm.Of(form)(View);

    /// <summary>The same in UTF-8.</summary>
    public ReadOnlyMemory<byte> BytesIn(string form) =>
        form == "keyward" ? View.Bytes : Encoding.UTF8.GetBytes(In(form));

    /// <summary>One that the log does not have: it tells what was left out.</summary>
    public bool IsNotice => View.Text("kind") == "filter";

    public JsonNode JsonIn(string form) => form == "cef" ? JsonValue.Create(In(form)) : JsonNode.Parse(In(form))!;
}

/// <summary>Records that go out together, in the log's order. Never empty.</summary>
internal sealed record DeliveryBatch(string Log, IReadOnlyList<DeliveredRecord> Records)
{
    public long FirstIndex => Records[0].View.Index;

    /// <summary>Behind the last record, or behind what was left out after it.</summary>
    public long NextIndex { get; init; } = Records[^1].View.Index + 1;
}
