using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Keyward.Server.Settings;

namespace Keyward.Server.Development;

/// <summary>An object of a seed file while it is read. What is wrong is gathered with its place, and reading goes on;
/// what nobody asked for is wrong, too.</summary>
internal sealed partial class SeedNode(JsonElement json, string path, List<string> errors)
{
    private readonly HashSet<string> _asked = [];

    public string Path { get; } = path;

    public void Wrong(string name, string sentence) => errors.Add($"{(Path + "." + name).TrimStart('.')}: {sentence}.");

    public bool Has(string name) => Find(name) is not null;

    public string? Text(string name, bool isNeeded = false)
    {
        if (Find(name) is not { } value)
        {
            if (isNeeded) Wrong(name, "is missing");
            return null;
        }

        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        Wrong(name, "must be a text");
        return null;
    }

    public bool Flag(string name)
    {
        if (Find(name) is not { } value) return false;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Wrong(name, "must be true or false");
        return false;
    }

    /// <summary>An object that another reader understands, as its text.</summary>
    public string? Document(string name)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Object)
            return JsonSerializer.Serialize(value, SeedJson.Default.JsonElement);
        Wrong(name, "must be an object");
        return null;
    }

    public long? Integer(string name)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)) return number;
        Wrong(name, "must be a whole number");
        return null;
    }

    public double? Number(string name)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number)) return number;
        Wrong(name, "must be a number");
        return null;
    }

    public TimeSpan? Duration(string name)
    {
        if (Text(name) is not { } text) return null;
        if (Durations.TryParse(text, out var duration)) return duration;
        Wrong(name, "must be a duration such as 200ms, 30s, 12h or 90d");
        return null;
    }

    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text) return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return time.ToUniversalTime();
        Wrong(name, "must be a time such as 2026-01-01T00:00:00Z");
        return null;
    }

    /// <summary>A text in the form of a pattern.</summary>
    public string? Formed(string name, Regex form, string needed, bool isNeeded = false)
    {
        if (Text(name, isNeeded) is not { } text) return null;
        if (form.IsMatch(text)) return text;
        Wrong(name, "must be " + needed);
        return null;
    }

    public List<SeedNode> Objects(string name) => Items(name, JsonValueKind.Object, "objects")
        .Select((v, i) => new SeedNode(v, $"{Path}.{name}[{i}]".TrimStart('.'), errors)).ToList();

    public List<string> Texts(string name) =>
        [.. Items(name, JsonValueKind.String, "texts").Select(v => v.GetString()!)];

    public Dictionary<string, string> Map(string name)
    {
        if (Find(name) is not { } value) return [];
        if (value.ValueKind == JsonValueKind.Object
            && value.EnumerateObject().All(p => p.Value.ValueKind == JsonValueKind.String))
            return value.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);
        Wrong(name, "must be an object of texts");
        return [];
    }

    /// <summary>After all was read: what is left over is a mistake.</summary>
    public void RefuseUnknown()
    {
        foreach (var property in json.EnumerateObject())
            if (!_asked.Contains(property.Name))
                Wrong(property.Name, "there is no such member; known are " + string.Join(", ", _asked.Order()));
    }

    private List<JsonElement> Items(string name, JsonValueKind kind, string needed)
    {
        if (Find(name) is not { } value) return [];
        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(v => v.ValueKind == kind))
            return [.. value.EnumerateArray()];
        Wrong(name, "must be a list of " + needed);
        return [];
    }

    private JsonElement? Find(string name)
    {
        _asked.Add(name);
        return json.TryGetProperty(name, out var value) ? value : null;
    }

    [GeneratedRegex("^[0-9a-f]{32}$")]
    public static partial Regex DeploymentId { get; }

    [GeneratedRegex("^[0-9]{12}$")]
    public static partial Regex AccountNumber { get; }

    [GeneratedRegex("^[A-Za-z0-9_]{16,128}$")]
    public static partial Regex AccessKeyId { get; }

    [GeneratedRegex("^[A-Za-z0-9+/=]{16,128}$")]
    public static partial Regex Secret { get; }

    [GeneratedRegex("^[0-9a-f]{40}$")]
    public static partial Regex KeyFileId { get; }

    [GeneratedRegex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    public static partial Regex Uuid { get; }
}

/// <summary>Writes a part of a seed file anew: without the comments and trailing commas that it may have.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(JsonElement))]
internal sealed partial class SeedJson : System.Text.Json.Serialization.JsonSerializerContext;
