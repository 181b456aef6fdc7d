using System.Text;

namespace Keyward.Doors.Aws.Sts;

/// <summary>A request of AWS's query protocol: a form whose names occur once each.</summary>
internal static class StsForm
{
    private const int MaximumFields = 100;

    /// <summary>Nothing, and JSON, are sent as a form by clients that name no type for a body, such as curl: they are
    /// answered as a call of no known operation is.</summary>
    public static bool Resembles(ReadOnlySpan<byte> body) => body is [not (byte)'{', ..];

    /// <summary>Null for what is no such form.</summary>
    public static Dictionary<string, string>? Read(ReadOnlySpan<byte> body)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in Encoding.UTF8.GetString(body).Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            if (!fields.TryAdd(Decode(parts[0]), parts.Length == 2 ? Decode(parts[1]) : "")
                || fields.Count > MaximumFields) return null;
        }

        return fields;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
