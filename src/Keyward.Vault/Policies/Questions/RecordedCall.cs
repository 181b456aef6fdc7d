using System.Text.Json;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Policies.Questions;

/// <summary>What a record tells of a call that is to be explained.</summary>
internal sealed record RecordedCall(
    string Id, DateTimeOffset Time, string Operation, string Outcome, string? Project, string? Principal, string? Type,
    string? Permission, string? Resource, string? Decision, string? Ip, string? DoorLabel)
{
    public static RecordedCall Parse(ReadOnlyMemory<byte> record)
    {
        using var json = JsonDocument.Parse(record);
        var root = json.RootElement;
        var principal = Part(root, "principal");
        var key = Part(root, "key");
        var authority = Part(root, "auth");
        return new RecordedCall(Text(root, "id") ?? "", root.GetProperty("received").GetDateTimeOffset(),
            Text(root, "operation") ?? "", Text(root, "outcome") ?? "",
            Text(key, "project") ?? Text(principal, "project"), Text(principal, "name"), Text(principal, "type"),
            Text(authority, "permission"), Text(key, "name"), Text(authority, "decision"),
            Text(Part(root, "source"), "ip"), Text(root, "door"));
    }

    /// <summary>The request as conditions see it, as far as the record tells.</summary>
    public Arrival ToArrival() => new(
        Enum.GetValues<Door>().FirstOrDefault(d => d.Label() == DoorLabel), new Source(Ip ?? "", 0, null, null), null,
        0, 0, Time, 0);

    private static JsonElement? Part(JsonElement json, string name) =>
        json.TryGetProperty(name, out var part) && part.ValueKind == JsonValueKind.Object ? part : null;

    private static string? Text(JsonElement? json, string name) =>
        json is { } part && part.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
