using System.Globalization;
using System.Text.Json;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Audit;

/// <summary>Writes summary records: how many requests of one network were cut at one door for one reason before a
/// caller
/// was known, from when to when.</summary>
internal static class SummaryWriter
{
    private static readonly string Build = typeof(SummaryWriter).Assembly.GetName().Version!.ToString(3);

    public static byte[] Write(CutTally tally, DateTimeOffset now, string node)
    {
        var (id, nonce) = RecordWriter.RandomIds();
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("v", 1);
            json.WriteString("id", id.ToString("x32", CultureInfo.InvariantCulture));
            json.WriteString("nonce", nonce.ToString("x32", CultureInfo.InvariantCulture));
            json.WriteString("time", Text(now));
            json.WriteString("kind", "summary");
            json.WriteString("door", tally.Door.Label());
            json.WriteString("method", "");
            json.WriteString("operation", "cut");
            json.WriteString("class", Verb.Other.ClassLabel);
            json.WriteStartObject("source");
            json.WriteString("network", tally.Network.ToString());
            json.WriteEndObject();
            json.WriteStartObject("params");
            json.WriteNumber("count", tally.Count);
            json.WriteString("first", Text(tally.First));
            json.WriteString("last", Text(tally.Last));
            json.WriteEndObject();
            json.WriteString("outcome", Outcomes.LabelOf(tally.Reason));
            json.WriteStartObject("error");
            json.WriteString("code", tally.Reason.ToString());
            json.WriteString("message", "Refused before a caller was known; counted, not recorded one by one.");
            json.WriteEndObject();
            json.WriteString("node", node);
            json.WriteString("build", Build);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(
        "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
