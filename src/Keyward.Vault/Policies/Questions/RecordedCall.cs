using System.Collections.Frozen;
using System.Text.Json;
using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.Questions;

/// <summary>What a record tells of a call that is to be explained.</summary>
internal sealed record RecordedCall(
    string Id, DateTimeOffset Time, string Operation, string Outcome, string? Project, string? Principal, string? Type,
    string? Permission, string? Resource, string? Decision, string? Ip, string? DoorLabel)
{
    public string? Credential { get; private init; }

    public string? Agent { get; private init; }

    public string? Tls { get; private init; }

    /// <summary>A session may have been narrowed by a policy that is not in the record.</summary>
    public bool IsOfSession { get; private init; }

    /// <summary>What the caller's issuer said of it.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; private init; } = NoAttributes;

    /// <summary>The use had a context, of which the record has the size alone.</summary>
    public bool HasContext { get; private init; }

    /// <summary>Where the rule stood that decided, and the rule.</summary>
    public string? DecidedBy { get; private init; }

    private static readonly Dictionary<string, string> NoAttributes = [];

    /// <summary>What is asked of the key, whichever version then serves; the record names that version.</summary>
    private static readonly FrozenSet<string> OnKeys = new[]
    {
        "encrypt", "decrypt", "re_encrypt", "generate_data_key", "generate_data_key_without_plaintext",
        "generate_data_key_pair", "generate_data_key_pair_without_plaintext",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What was demanded, and whose policy governs there; null where no policy was asked.</summary>
    public (Demand Demand, PolicyTarget Target)? Asked =>
        Permission is not null && Resource is not null && PermissionNames.TryParse(Permission, out var permission)
            ? RecordedPlace.Of(permission, Resource, OnKeys.Contains(Operation)) : null;

    public static RecordedCall Parse(ReadOnlyMemory<byte> record)
    {
        using var json = JsonDocument.Parse(record);
        var root = json.RootElement;
        var principal = Part(root, "principal");
        var key = Part(root, "key");
        var authority = Part(root, "auth");
        return new RecordedCall(Text(root, "id") ?? "", TimeOf(root),
            Text(root, "operation") ?? "", Text(root, "outcome") ?? "",
            Text(key, "project") ?? Text(principal, "project"), Text(principal, "name"), Text(principal, "type"),
            Text(authority, "permission"), Text(key, "name"), Text(authority, "decision"),
            Text(Part(root, "source"), "ip"), Text(root, "door"))
        {
            Credential = Text(principal, "credential"),
            Agent = Text(Part(root, "source"), "agent"),
            Tls = Text(Part(root, "source"), "tls"),
            IsOfSession = Text(principal, "session") is not null,
            HasContext = Part(root, "params")?.TryGetProperty("context_bytes", out _) == true,
            DecidedBy = Text(authority, "by") is { } by ? $"{by}: {Text(authority, "rule")}" : null,
            Attributes = Part(principal, "attributes") is { } attributes
                ? attributes.EnumerateObject().ToDictionary(a => a.Name, a => a.Value.GetString() ?? "")
                : NoAttributes,
        };
    }

    /// <summary>When it arrived; summaries have only the time at which they were written.</summary>
    private static DateTimeOffset TimeOf(JsonElement record) => record.GetProperty(
        record.TryGetProperty("received", out _) ? "received" : "time").GetDateTimeOffset();

    /// <summary>The caller as it stands in a state, with what the record says of its proof.</summary>
    public Caller CallerIn(Snapshot snapshot)
    {
        if (Type == Caller.ServiceAccountType && snapshot.Accounts.TryGetValue(Principal!, out var account))
            return Identities.Identities.CallerOf(account, Credential ?? "");
        var issuers = Federation.FederatedNames.CredentialPrefix;
        if (Type == Caller.FederatedType && Credential?.StartsWith(issuers, StringComparison.Ordinal) == true
            && snapshot.Issuers.TryGetValue(Credential[issuers.Length..], out var issuer)
            && Principal!.IndexOf(SubjectPart, StringComparison.Ordinal) is > 0 and var at)
            return Federation.FederatedNames.CallerOf(
                snapshot, issuer, Principal[(at + SubjectPart.Length)..], Attributes);
        return AskedPrincipal.Of(
            snapshot, Type == Caller.ServiceAccountType ? "serviceAccount:" + Principal : Principal!);
    }

    private const string SubjectPart = "/subject/";

    /// <summary>The request as conditions see it, as far as the record tells.</summary>
    public Arrival ToArrival() => new(
        Enum.GetValues<Door>().FirstOrDefault(d => d.Label() == DoorLabel), new Source(Ip ?? "", 0, Agent, Tls), null,
        0, 0, Time, 0);

    private static JsonElement? Part(JsonElement? of, string name) =>
        of is { } json && json.TryGetProperty(name, out var part) && part.ValueKind == JsonValueKind.Object
            ? part : null;

    private static string? Text(JsonElement? json, string name) =>
        json is { } part && part.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
