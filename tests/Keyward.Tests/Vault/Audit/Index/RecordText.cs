using System.Globalization;
using System.Text.Json;

namespace Keyward.Tests.Vault.Audit.Index;

/// <summary>One record as a test wants it; what it does not have is left out, as in a real one.</summary>
internal sealed record RecordText(DateTimeOffset Time, string Operation)
{
    public string Principal { get; init; } = "app@default.iam";

    public string Key { get; init; } = "projects/default/locations/global/keyRings/ring/cryptoKeys/orders";

    public int Version { get; init; }

    public string Outcome { get; init; } = "ok";

    public string Ip { get; init; } = "10.1.2.3";

    public string Agent { get; init; } = "client/1";

    public string Class { get; init; } = "data_read";

    public IReadOnlyList<(string Name, string Value)> Parameters { get; init; } = [];

    /// <summary>Field and what was added.</summary>
    public IReadOnlyList<(string Field, string After)> Added { get; init; } = [];

    public byte[] ToBytes()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer)) Write(json);
        return buffer.ToArray();
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", Convert.ToHexStringLower(BitConverter.GetBytes(Time.UtcTicks)).PadLeft(32, '0'));
        json.WriteString("time", Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        json.WriteString("kind", "operation");
        json.WriteString("door", "google_grpc");
        json.WriteString("operation", Operation);
        json.WriteString("class", Class);
        json.WriteStartObject("principal");
        json.WriteString("type", "service_account");
        json.WriteString("name", Principal);
        json.WriteString("project", "default");
        json.WriteEndObject();
        json.WriteStartObject("source");
        json.WriteString("ip", Ip);
        if (Agent.Length > 0) json.WriteString("agent", Agent);
        json.WriteEndObject();
        json.WriteStartObject("key");
        json.WriteString("name", Version > 0 ? $"{Key}/cryptoKeyVersions/{Version}" : Key);
        json.WriteString("project", "default");
        if (Version > 0) json.WriteNumber("version", Version);
        json.WriteEndObject();
        if (Parameters.Count > 0)
        {
            json.WriteStartObject("params");
            foreach (var (name, value) in Parameters) json.WriteString(name, value);
            json.WriteEndObject();
        }

        json.WriteString("outcome", Outcome);
        if (Added.Count > 0) WriteChange(json);
        json.WriteEndObject();
    }

    private void WriteChange(Utf8JsonWriter json)
    {
        json.WriteStartObject("change");
        foreach (var field in Added.GroupBy(a => a.Field))
        {
            json.WriteStartObject(field.Key);
            json.WriteStartArray("after");
            foreach (var (_, after) in field) json.WriteStringValue(after);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
