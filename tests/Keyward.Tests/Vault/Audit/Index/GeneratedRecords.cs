using System.Globalization;
using System.Text.Json;
using Keyward.Vault.Audit;

namespace Keyward.Tests.Vault.Audit.Index;

/// <summary>Records like those of a deployment, and a few that nobody expects; the same for the same seed.</summary>
internal sealed class GeneratedRecords(int seed)
{
    private static readonly string[] Operations = ["encrypt", "decrypt", "sign", "create_key", "set_policy", "read_audit"];
    private static readonly string[] Outcomes = ["ok", "ok", "ok", "ok", "denied", "invalid", "not_found"];
    private static readonly string[] Addresses =
        ["10.1.2.3", "10.1.2.4", "10.1.3.9", "192.168.0.7", "::ffff:10.1.2.3", "2001:db8::1", "2001:db8:0:ff::2", ""];

    private readonly Random _random = new(seed);
    private DateTimeOffset _time = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset Begin { get; } = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    public byte[] Next()
    {
        // Clocks go back now and then.
        _time += TimeSpan.FromMilliseconds(_random.Next(-50, 2_000));
        if (_random.Next(500) == 0) return "{\"kind\":5,\"key\":[1],\"time\":\"x\",\"principal\":{\"name\":{}}}"u8.ToArray();
        if (_random.Next(500) == 0) return "[]"u8.ToArray();
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer)) Write(json);
        return buffer.ToArray();
    }

    public RecordFilter Filter() => new()
    {
        Key = Maybe(3, () => Pick((string[])["orders", "k1", "k17", "default", "ring", "global", "a/b/c", "weird+key", "x",
            "projects/default/locations/global/keyRings/ring/cryptoKeys/k2", "ring/cryptoKeys/k3", "cryptoKeys", "no"])),
        Principal = Maybe(3, () => Pick((string[])["app-1", "app-2@p.iam", "app-3@p.iam", "plain", "app", "nobody"])),
        Source = Maybe(3, () => RecordFilter.ParseSource(Pick((string[])
            ["10.1.2.3", "10.1.2.0/24", "10.0.0.0/8", "10.1.2.4/31", "2001:db8::/56", "2001:db8::1", "172.16.0.1"]))),
        Operation = Maybe(3, () => Pick(Operations)),
        Outcome = Maybe(3, () => Pick((string[])["ok", "denied", "internal"])),
        Since = Maybe(4, () => (DateTimeOffset?)(Begin + TimeSpan.FromMinutes(_random.Next(4_000)))),
        Until = Maybe(4, () => (DateTimeOffset?)(Begin + TimeSpan.FromMinutes(_random.Next(4_000)))),
        Project = Maybe(6, () => Pick((string[])["default", "other", "none"])),
    };

    public int Number(int below) => _random.Next(below);

    private T? Maybe<T>(int oneIn, Func<T?> make) => _random.Next(oneIn) == 0 ? make() : default;

    private T Pick<T>(T[] values) => values[_random.Next(values.Length)];

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("v", 1);
        json.WriteString("id", _random.NextInt64().ToString("x32", CultureInfo.InvariantCulture));
        json.WriteString("time", _time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        json.WriteString("kind", "operation");
        json.WriteString("operation", Pick(Operations));
        if (_random.Next(20) > 0)
        {
            json.WriteStartObject("principal");
            json.WriteString("name", Principal());
            if (_random.Next(3) > 0) json.WriteString("project", "default");
            json.WriteEndObject();
        }

        json.WriteStartObject("source");
        json.WriteString("ip", _random.Next(50) == 0 ? $"10.9.{_random.Next(256)}.{_random.Next(256)}" : Pick(Addresses));
        json.WriteEndObject();
        if (_random.Next(10) > 0) WriteKey(json);
        json.WriteString("outcome", Pick(Outcomes));
        json.WriteEndObject();
    }

    private string Principal() => _random.Next(30) == 0
        ? Pick((string[])["plain", "plain@elsewhere", "@", "app", new string('p', 300)])
        : $"app-{_random.Next(40)}@p.iam";

    private void WriteKey(Utf8JsonWriter json)
    {
        json.WriteStartObject("key");
        json.WriteString("name", _random.Next(40) == 0
            ? Pick((string[])["a/b/c", "x/a/b/c/y", "a//b/c", "weird+key", new string('x', 400) + "/x", "/x/", "orders",
                string.Join('/', Enumerable.Range(0, 40)) + "/x/a/b/c"])
            : $"projects/default/locations/global/keyRings/ring/cryptoKeys/k{_random.Next(200)}/cryptoKeyVersions/1");
        if (_random.Next(5) > 0) json.WriteString("project", _random.Next(50) == 0 ? "other" : "default");
        json.WriteEndObject();
    }
}
