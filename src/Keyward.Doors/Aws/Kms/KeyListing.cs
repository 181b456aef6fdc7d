using System.Text.Json;
using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;

namespace Keyward.Doors.Aws.Kms;

/// <summary>ListKeys, and how this door pages: Limit and Marker in, Truncated and NextMarker out.</summary>
internal static class KeyListing
{
    public static readonly Operation[] All = [new("ListKeys", new Shape(Member.Limit, Member.Marker), ListKeys)];

    public static PageRequest<T> PageOf<T>(Input input, string query = "", int defaultSize = 100) =>
        new(input.Number("Limit") ?? defaultSize, input.Text("Marker") ?? "", query);

    public static void WritePage<T>(Utf8JsonWriter json, string member, Page<T> page, Action<T> write)
    {
        json.WriteStartArray(member);
        foreach (var item in page.Items) write(item);
        json.WriteEndArray();
        if (page.NextToken.Length > 0) json.WriteString("NextMarker", page.NextToken);
        json.WriteBoolean("Truncated", page.NextToken.Length > 0);
    }

    /// <summary>Keys of algorithms that AWS has no name for are not for its clients.</summary>
    private static bool IsShown(Key key) => KeySpecs.IsOffered(key.Algorithm);

    private static ValueTask<Answer> ListKeys(Call call) => call.PassAsync(
        new ListLocationKeys(call.Location, PageOf<Key>(call.Input) with { Filter = IsShown }), (json, page) =>
        WritePage(json, "Keys", page, key =>
        {
            json.WriteStartObject();
            json.WriteString("KeyId", key.IdText);
            json.WriteString("KeyArn", Arns.OfKey(call.Region.Value, call.Account, key.IdText));
            json.WriteEndObject();
        }));
}
