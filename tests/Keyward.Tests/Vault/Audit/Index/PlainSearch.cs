using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Index;

namespace Keyward.Tests.Vault.Audit.Index;

/// <summary>What a filter means, said as plainly as can be, over the record as a JSON document.</summary>
internal static partial class PlainSearch
{
    public static bool Matches(RecordFilter filter, byte[] record)
    {
        using var json = JsonDocument.Parse(record);
        var root = json.RootElement;
        return (filter.Key is null || IsPartOf(filter.Key, Text(root, "key", "name")))
            && (filter.Principal is null || Text(root, "principal", "name") is { } name
                && (name == filter.Principal || name.StartsWith(filter.Principal + "@", StringComparison.Ordinal)))
            && (filter.Source is null || IsFrom(filter.Source.Value, Text(root, "source", "ip")))
            && (filter.Operation is null || Text(root, "operation") == filter.Operation)
            && (filter.Outcome is null || Text(root, "outcome") == filter.Outcome)
            && (filter.Project is null
                || (Text(root, "key", "project") ?? Text(root, "principal", "project")) == filter.Project)
            && IsInTime(filter, Text(root, "time"));
    }

    public static string? TextOf(IndexField field, byte[] record)
    {
        using var json = JsonDocument.Parse(record);
        var root = json.RootElement;
        return field switch
        {
            IndexField.Key => Key().Match(Text(root, "key", "name") is { Length: <= 256 } key ? key : "") is { Success: true } found ? found.Value : null,
            IndexField.Principal => Text(root, "principal", "name") is { Length: <= 256 } name ? name : null,
            IndexField.Ip => IPAddress.TryParse(Text(root, "source", "ip"), out var ip)
                ? (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : new IPAddress(ip.GetAddressBytes())).ToString() : null,
            IndexField.Operation => Text(root, "operation"),
            IndexField.Outcome => Text(root, "outcome"),
            _ => Text(root, "key", "project") ?? Text(root, "principal", "project"),
        };
    }

    [GeneratedRegex("^projects/.*?/cryptoKeys/[^/]*")]
    private static partial Regex Key();

    private static bool IsPartOf(string key, string? name) =>
        name is not null && $"/{name}/".Contains($"/{key}/", StringComparison.Ordinal);

    private static bool IsFrom(IPNetwork network, string? ip) =>
        IPAddress.TryParse(ip, out var address)
        && network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static bool IsInTime(RecordFilter filter, string? time)
    {
        if (filter.Since is null && filter.Until is null) return true;
        return DateTimeOffset.TryParse(time, out var at)
            && (filter.Since is null || at >= filter.Since) && (filter.Until is null || at < filter.Until);
    }

    private static string? Text(JsonElement json, params string[] path)
    {
        foreach (var name in path)
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json)) return null;
        return json.ValueKind == JsonValueKind.String ? json.GetString() : null;
    }
}
