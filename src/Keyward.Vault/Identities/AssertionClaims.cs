using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Keyward.Vault.Identities;

/// <summary>A self-signed JWT (RFC 7515, RFC 7519; Google's service account flow) taken apart strictly: header RS256,
/// three parts, unpadded base64url, no duplicate names, nothing critical. Nothing in it is believed yet.</summary>
internal sealed record AssertionClaims
{
    public const int MaximumSizeBytes = 8 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    public string? KeyId { get; private init; }

    public required string Issuer { get; init; }

    public string? Audience { get; private init; }

    public bool HasAudience { get; private init; }

    public string? Scope { get; private init; }

    public required long IssuedAt { get; init; }

    public required long Expires { get; init; }

    public long? NotBefore { get; private init; }

    /// <summary>The signed bytes: header, dot, payload.</summary>
    public required byte[] Signed { get; init; }

    public required byte[] Signature { get; init; }

    public static AssertionClaims? TryParse(string token)
    {
        if (token.Length > MaximumSizeBytes) return null;
        var parts = token.Split('.');
        if (parts.Length != 3) return null;
        if (Decode(parts[0]) is not { } header || Decode(parts[1]) is not { } payload
            || Decode(parts[2]) is not { } signature) return null;
        // The reader looks at texts only when they are asked for: bytes that are no text must not get that far.
        if (!System.Text.Unicode.Utf8.IsValid(header) || !System.Text.Unicode.Utf8.IsValid(payload)) return null;
        try
        {
            using var headerJson = JsonDocument.Parse(header, Strict);
            using var payloadJson = JsonDocument.Parse(payload, Strict);
            return Parse(headerJson.RootElement, payloadJson.RootElement,
                Encoding.ASCII.GetBytes(token[..(parts[0].Length + 1 + parts[1].Length)]), signature);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static AssertionClaims? Parse(JsonElement header, JsonElement payload, byte[] signed, byte[] signature)
    {
        if (header.ValueKind != JsonValueKind.Object || payload.ValueKind != JsonValueKind.Object) return null;
        // The algorithm is our constant: the header is only compared with it.
        if (Text(header, "alg") != "RS256") return null;
        if (header.TryGetProperty("typ", out _) && Text(header, "typ") != "JWT") return null;
        if (header.TryGetProperty("crit", out _) || header.TryGetProperty("b64", out _)) return null;
        if (header.TryGetProperty("kid", out _) && Text(header, "kid") is null) return null;
        if (Text(payload, "iss") is not { Length: > 0 and <= 320 } issuer
            || Text(payload, "sub") != issuer) return null;
        if (Number(payload, "iat") is not { } issuedAt || Number(payload, "exp") is not { } expires) return null;
        var hasNotBefore = payload.TryGetProperty("nbf", out _);
        if (hasNotBefore && Number(payload, "nbf") is null) return null;
        var hasAudience = payload.TryGetProperty("aud", out _);
        if (hasAudience && Text(payload, "aud") is null) return null;
        if (payload.TryGetProperty("scope", out _) && Text(payload, "scope") is null) return null;
        return new AssertionClaims
        {
            KeyId = Text(header, "kid"),
            Issuer = issuer,
            HasAudience = hasAudience,
            Audience = Text(payload, "aud"),
            Scope = Text(payload, "scope"),
            IssuedAt = issuedAt,
            Expires = expires,
            NotBefore = hasNotBefore ? Number(payload, "nbf") : null,
            Signed = signed,
            Signature = signature,
        };
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Whole seconds only: a fraction, a text or an exponent is not a time that Google's libraries
    /// send.</summary>
    private static long? Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
        && value.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') < 0 && value.TryGetInt64(out var number)
        && number is >= 0 and < 1L << 40 ? number : null;

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
