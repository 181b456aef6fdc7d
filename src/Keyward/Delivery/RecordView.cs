using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Keyward.Vault.Gate;

namespace Keyward.Delivery;

/// <summary>A record of the audit log as the vendors' forms need it: its fields by name, and what follows from
/// them. Reads records of any version of the program: what is missing is left out.</summary>
/// <param name="Bytes">As it stands in the log. Read when the first field is asked for: what leaves as it is needs
/// none.</param>
/// <param name="Log">Origin of the log it stands in.</param>
/// <param name="AccountOf">The account number of a project; null where it is not known.</param>
internal sealed record RecordView(
    ReadOnlyMemory<byte> Bytes, string Log, long Index, Func<string, string?> AccountOf)
{
    private JsonObject? _json;

    public JsonObject Json => _json ??= JsonNode.Parse(Bytes.Span) as JsonObject ?? [];

    private const string NoAccount = "000000000000";

    public string Id => Text("id") ?? "";

    public DateTimeOffset Time => DateTimeOffset.Parse(
        Text("time") ?? "1970-01-01T00:00:00Z", CultureInfo.InvariantCulture);

    public string Method => Text("method") is { Length: > 0 } method ? method : Operation;

    public string Operation => Text("operation") ?? "other";

    public string Class => Text("class") ?? "data_read";

    public string Door => Text("door") ?? "other";

    /// <summary>The vendor's service that the door stands for.</summary>
    public string Service => Door switch
    {
        "google_grpc" or "google_rest" => "cloudkms.googleapis.com",
        "aws" => "kms.amazonaws.com",
        "aws_sts" => "sts.amazonaws.com",
        "token" => "sts.googleapis.com",
        _ => "keyward",
    };

    public bool IsOk => Text("outcome") == "ok";

    public string Outcome => Text("outcome") ?? "internal";

    public string? ErrorMessage => Text("error", "message");

    public RefusalReason Reason =>
        Enum.TryParse<RefusalReason>(Text("error", "code"), out var reason) ? reason : RefusalReason.Unspecified;

    public string? Principal => Text("principal", "name");

    public string? Project => Text("key", "project") ?? Text("principal", "project");

    public string? Resource => Text("key", "name");

    public string Account => Project is { } project ? AccountOf(project) ?? NoAccount : NoAccount;

    /// <summary>A part of the resource's name by what stands before it: <c>locations</c>, <c>keyRings</c> …</summary>
    public string? Part(string collection)
    {
        var parts = Resource?.Split('/') ?? [];
        var at = Array.IndexOf(parts, collection);
        return at >= 0 && at + 1 < parts.Length ? parts[at + 1] : null;
    }

    public string? Version => Part("cryptoKeyVersions") ?? Text("key", "version");

    /// <summary>The key's ARN, where its id is known: from the record, or because AWS's door named the key by
    /// it.</summary>
    public string? Arn
    {
        get
        {
            var id = Text("key", "id") ?? (Part("keyRings") == "aws" ? Part("cryptoKeys") : null);
            return id is not null && Part("locations") is { } location
                ? $"arn:aws:kms:{location}:{Account}:key/{(Guid.TryParse(id, out var uuid) ? uuid.ToString("D") : id)}"
                : null;
        }
    }

    /// <summary>AWS's clients show ids with dashes.</summary>
    public string Uuid => Guid.TryParseExact(Id, "N", out var uuid) ? uuid.ToString("D") : Id;

    public JsonObject? Object(string name) => Json[name] as JsonObject;

    /// <summary>A field as text, numbers too.</summary>
    public string? Text(params ReadOnlySpan<string> path)
    {
        JsonNode? node = Json;
        foreach (var name in path) node = (node as JsonObject)?[name];
        return node switch
        {
            null => null,
            JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
            _ => node.ToJsonString(),
        };
    }
}
