using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Keyward.Vault.Identities;

/// <summary>A JWT in compact form (RFC 7515 §3.1) taken apart strictly: three parts, unpadded base64url, UTF-8, no
/// duplicate names, nothing critical. Nothing in it is believed yet.</summary>
internal sealed record CompactJwt(JsonElement Header, JsonElement Payload, byte[] Signed, byte[] Signature)
{
    public const int MaximumSizeBytes = 8 * 1024;

    /// <param name="depth">How deeply the payload may be nested.</param>
    public static CompactJwt? TryParse(string token, int depth)
    {
        if (token.Length > MaximumSizeBytes) return null;
        var parts = token.Split('.');
        if (parts.Length != 3) return null;
        if (Decode(parts[0]) is not { } header || Decode(parts[1]) is not { } payload
            || Decode(parts[2]) is not { } signature) return null;
        // The reader looks at texts only when they are asked for: bytes that are no text must not get that far.
        if (!System.Text.Unicode.Utf8.IsValid(header) || !System.Text.Unicode.Utf8.IsValid(payload)) return null;
        var strict = new JsonDocumentOptions { MaxDepth = depth, AllowDuplicateProperties = false };
        try
        {
            using var headerJson = JsonDocument.Parse(header, strict);
            using var payloadJson = JsonDocument.Parse(payload, strict);
            if (!IsAcceptable(headerJson.RootElement) || payloadJson.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            return new CompactJwt(headerJson.RootElement.Clone(), payloadJson.RootElement.Clone(),
                Encoding.ASCII.GetBytes(token[..(parts[0].Length + 1 + parts[1].Length)]), signature);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // The latter: half of a surrogate pair, written as an escape.
            return null;
        }
    }

    public static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Whole seconds only: a fraction, a text or an exponent is not a time that anyone's library
    /// sends.</summary>
    public static long? Seconds(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
        && value.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') < 0 && value.TryGetInt64(out var number)
        && number is >= 0 and < 1L << 40 ? number : null;

    private static bool IsAcceptable(JsonElement header)
    {
        if (header.ValueKind != JsonValueKind.Object || Text(header, "alg") is null) return false;
        if (header.TryGetProperty("typ", out _) && Text(header, "typ") != "JWT") return false;
        if (header.TryGetProperty("crit", out _) || header.TryGetProperty("b64", out _)) return false;
        return !header.TryGetProperty("kid", out _) || Text(header, "kid") is not null;
    }

    private static byte[]? Decode(string part)
    {
        // Base64Url takes padding; a token has none (RFC 7515 §2).
        if (part.Contains('=', StringComparison.Ordinal) || !Base64Url.IsValid(part)) return null;
        try
        {
            return Base64Url.DecodeFromChars(part);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
