using System.Text.Json;

namespace Keyward.Vault.Identities;

/// <summary>A self-signed JWT (RFC 7515, RFC 7519; Google's service account flow) taken apart strictly: header RS256,
/// issuer and subject the same account, if it names a subject at all: google-auth for Python names none at the token
/// endpoint. Nothing in it is believed yet.</summary>
internal sealed record AssertionClaims
{
    public const int MaximumSizeBytes = CompactJwt.MaximumSizeBytes;

    private const int MaximumDepth = 4;

    public string? KeyId { get; private init; }

    public required string Issuer { get; init; }

    public string? Audience { get; private init; }

    public bool HasAudience { get; private init; }

    public string? Scope { get; private init; }

    public bool HasSubject { get; private init; }

    /// <summary>For whom an ID token is wanted, in place of an access token.</summary>
    public string? TargetAudience { get; private init; }

    public required long IssuedAt { get; init; }

    public required long Expires { get; init; }

    public long? NotBefore { get; private init; }

    /// <summary>The signed bytes: header, dot, payload.</summary>
    public required byte[] Signed { get; init; }

    public required byte[] Signature { get; init; }

    public static AssertionClaims? TryParse(string token)
    {
        try
        {
            return CompactJwt.TryParse(token, MaximumDepth) is { } jwt ? Parse(jwt) : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, written as an escape: found when the text is asked for.
            return null;
        }
    }

    private static AssertionClaims? Parse(CompactJwt jwt)
    {
        var payload = jwt.Payload;
        // The algorithm is our constant: the header is only compared with it.
        if (CompactJwt.Text(jwt.Header, "alg") != "RS256") return null;
        if (Text(payload, "iss") is not { Length: > 0 and <= 320 } issuer) return null;
        var hasSubject = payload.TryGetProperty("sub", out _);
        if (hasSubject && Text(payload, "sub") != issuer) return null;
        if (CompactJwt.Seconds(payload, "iat") is not { } issuedAt
            || CompactJwt.Seconds(payload, "exp") is not { } expires) return null;
        var hasNotBefore = payload.TryGetProperty("nbf", out _);
        if (hasNotBefore && CompactJwt.Seconds(payload, "nbf") is null) return null;
        var hasAudience = payload.TryGetProperty("aud", out _);
        if (hasAudience && Text(payload, "aud") is null) return null;
        if (payload.TryGetProperty("scope", out _) && Text(payload, "scope") is null) return null;
        if (payload.TryGetProperty("target_audience", out _) && Text(payload, "target_audience") is null) return null;
        return new AssertionClaims
        {
            HasSubject = hasSubject,
            TargetAudience = Text(payload, "target_audience"),
            KeyId = Text(jwt.Header, "kid"),
            Issuer = issuer,
            HasAudience = hasAudience,
            Audience = Text(payload, "aud"),
            Scope = Text(payload, "scope"),
            IssuedAt = issuedAt,
            Expires = expires,
            NotBefore = hasNotBefore ? CompactJwt.Seconds(payload, "nbf") : null,
            Signed = jwt.Signed,
            Signature = jwt.Signature,
        };
    }

    private static string? Text(JsonElement json, string name) => CompactJwt.Text(json, name);
}
