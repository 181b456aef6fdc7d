using System.Text.Json;

namespace Keyward.Vault.Audit;

/// <summary>Which records a reader asks for; what is null is not asked. Names match whole or by what follows a slash,
/// so
/// that <c>orders</c> finds a key by its id.</summary>
public sealed record RecordFilter
{
    public string? Key { get; init; }

    public string? Principal { get; init; }

    public string? Operation { get; init; }

    public string? Outcome { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>Readers of one project see its records only.</summary>
    internal string? Project { get; init; }

    internal bool Matches(ReadOnlyMemory<byte> record)
    {
        using var json = JsonDocument.Parse(record);
        var root = json.RootElement;
        return MatchesKey(root) && MatchesPrincipal(root)
            && (Operation is null || Text(root, "operation") == Operation)
            && (Outcome is null || Text(root, "outcome") == Outcome)
            && MatchesTime(root)
            && (Project is null || ProjectOf(root) == Project);
    }

    private bool MatchesKey(JsonElement root)
    {
        if (Key is null) return true;
        if (!root.TryGetProperty("key", out var key) || Text(key, "name") is not { } name) return false;
        return name == Key || name.EndsWith("/" + Key, StringComparison.Ordinal)
            || name.Contains("/" + Key + "/", StringComparison.Ordinal)
            || name.StartsWith(Key + "/", StringComparison.Ordinal);
    }

    private bool MatchesPrincipal(JsonElement root)
    {
        if (Principal is null) return true;
        if (!root.TryGetProperty("principal", out var principal)) return false;
        var name = Text(principal, "name");
        return name == Principal || name?.StartsWith(Principal + "@", StringComparison.Ordinal) == true;
    }

    private bool MatchesTime(JsonElement root)
    {
        if (Since is null && Until is null) return true;
        var time = root.GetProperty("time").GetDateTimeOffset();
        return (Since is null || time >= Since) && (Until is null || time < Until);
    }

    private static string? ProjectOf(JsonElement root) =>
        root.TryGetProperty("key", out var key) && Text(key, "project") is { } project
            ? project
            : root.TryGetProperty("principal", out var principal) ? Text(principal, "project") : null;

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
