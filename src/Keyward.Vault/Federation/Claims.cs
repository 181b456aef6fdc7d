using System.Collections.Frozen;
using System.Text.Json;
using Keyward.Vault.Identities;

namespace Keyward.Vault.Federation;

/// <summary>What is read out of an issuer's token besides who it is for: the claims that must have certain values, and
/// those that tell principals apart. A claim is named as it stands, or by its path with slashes
/// (<c>kubernetes.io/namespace</c>).</summary>
internal static class Claims
{
    private const string Email = "email";

    /// <summary>Whether every claim that the issuer's rules name has one of its values.</summary>
    public static bool Hold(IssuerRules rules, JsonElement payload)
    {
        foreach (var (claim, values) in rules.Claims)
            if (ValueOf(payload, claim) is not { } value || !values.Contains(value)) return false;
        // An address that the issuer has not checked is whatever its holder wrote.
        return !NamesEmail(rules) || !payload.TryGetProperty(Email, out _)
            || (payload.TryGetProperty("email_verified", out var verified)
                && verified.ValueKind == JsonValueKind.True);
    }

    /// <summary>The attributes that the token has; null where one is too long to be kept whole.</summary>
    public static IReadOnlyDictionary<string, string>? Attributes(IssuerRules rules, JsonElement payload)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, claim) in rules.Attributes)
        {
            if (ValueOf(payload, claim) is not { } value) continue;
            if (value.Length is 0 or > FederatedJudge.MaximumValueLength || value.Any(char.IsControl)) return null;
            found[name] = value;
        }

        return found.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static bool NamesEmail(IssuerRules rules) =>
        rules.Claims.ContainsKey(Email) || rules.Attributes.Values.Contains(Email);

    /// <summary>A claim's value as text: a text, a whole number, true or false. Others have none.</summary>
    private static string? ValueOf(JsonElement json, string claim)
    {
        if (json.ValueKind != JsonValueKind.Object) return null;
        if (json.TryGetProperty(claim, out var value)) return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Number => value.TryGetInt64(out _) ? value.GetRawText() : null,
            _ => null,
        };
        for (var slash = claim.IndexOf('/', StringComparison.Ordinal); slash > 0;
            slash = claim.IndexOf('/', slash + 1))
            if (json.TryGetProperty(claim[..slash], out var inner))
                return ValueOf(inner, claim[(slash + 1)..]);
        return null;
    }
}
