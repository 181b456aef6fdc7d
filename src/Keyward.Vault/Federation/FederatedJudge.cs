using System.Collections.Frozen;
using System.Text.Json;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Federation;

/// <summary>Judges an issuer's token (OpenID Connect Core 1.0 §3.1.3.7, RFC 7523 §3, RFC 9700). The caller names the
/// issuer by the audience; what the token itself says of where its keys are is never read. One answer for everything
/// that does not hold.</summary>
internal static class FederatedJudge
{
    public const int MaximumSubjectLength = 255;

    public const int MaximumValueLength = 256;

    /// <summary>Clusters make tokens that live for a day where they are asked to; longer is a standing
    /// credential.</summary>
    private const int MaximumLifetimeSeconds = 86_400;

    /// <summary>Kubernetes nests three levels.</summary>
    private const int MaximumDepth = 8;

    public static async ValueTask<ExchangedCaller?> JudgeAsync(
        OpenedVault vault, IssuerKeys keys, GateSettings settings, DateTimeOffset now,
        FederatedProof proof, CancellationToken cancellation)
    {
        if (CompactJwt.TryParse(proof.Token, MaximumDepth) is not { } jwt) return null;
        try
        {
            var named = proof.Audience is { } audience
                ? Named(vault.Snapshot, audience)
                : Claimed(vault.Snapshot, jwt.Payload);
            if (named is not { } issuer) return null;
            if (!IsInTime(jwt.Payload, settings, now, out var expires)) return null;
            if (IssuerAlgorithm.Find(CompactJwt.Text(jwt.Header, "alg")) is not { } algorithm
                || !issuer.Rules.Algorithms.Contains(algorithm.Name)) return null;
            if (CompactJwt.Text(jwt.Payload, "iss") != issuer.Uri
                || OurAudience(vault.Snapshot, issuer, jwt.Payload) is not { } meant) return null;
            if (CompactJwt.Text(jwt.Payload, "sub") is not { Length: > 0 and <= MaximumSubjectLength } subject
                || subject.Any(char.IsControl)) return null;
            if (!Claims.Hold(issuer.Rules, jwt.Payload)) return null;
            if (Claims.Attributes(issuer.Rules, jwt.Payload) is not { } attributes) return null;
            // The dear part comes last: what would be refused anyway costs its issuer no request.
            var set = await keys.FindAsync(issuer, CompactJwt.Text(jwt.Header, "kid"), cancellation)
                .ConfigureAwait(false);
            if (set is null || !set.Verify(jwt, algorithm)) return null;
            var caller = FederatedNames.CallerOf(vault.Snapshot, issuer, subject, attributes);
            return new ExchangedCaller(caller, expires, issuer.Uri, meant);
        }
        catch (Exception failure) when (
            failure is InvalidOperationException or System.Security.Cryptography.CryptographicException)
        {
            // Half of a surrogate pair where a text is asked for, or a signature that is no number.
            return null;
        }
    }

    /// <summary>The issuer that the token claims to be of, where the caller names none: one that takes its audience.
    /// Its keys are those of our entry, as ever.</summary>
    private static Issuer? Claimed(Snapshot snapshot, JsonElement payload)
    {
        var uri = CompactJwt.Text(payload, "iss");
        return snapshot.Issuers.Values.Where(i => i.State == StandingState.Active && i.Uri == uri)
            .OrderBy(i => i.Id, StringComparer.Ordinal)
            .FirstOrDefault(i => OurAudience(snapshot, i, payload) is not null);
    }

    private static Issuer? Named(Snapshot snapshot, string audience) =>
        FederatedNames.TryParseAudience(audience) is var (project, id)
        && snapshot.Issuers.TryGetValue(id, out var issuer) && issuer.State == StandingState.Active
        && FederatedNames.IsNameOf(project, issuer.Project, snapshot.Find(issuer.Project)?.Project.Account)
            ? issuer : null;

    private static bool IsInTime(
        JsonElement payload, GateSettings settings, DateTimeOffset now, out DateTimeOffset expires)
    {
        expires = default;
        var skew = (long)settings.ClockSkew.TotalSeconds;
        var second = now.ToUnixTimeSeconds();
        if (CompactJwt.Seconds(payload, "iat") is not { } issued || CompactJwt.Seconds(payload, "exp") is not { } end)
            return false;
        if (issued > second + skew || end <= second - skew || end - issued is <= 0 or > MaximumLifetimeSeconds)
            return false;
        if (payload.TryGetProperty("nbf", out _)
            && (CompactJwt.Seconds(payload, "nbf") is not { } start || start > second + skew)) return false;
        expires = DateTimeOffset.FromUnixTimeSeconds(end);
        return true;
    }

    /// <summary>The token's one audience, where it is ours; of several only the authorised party (<c>azp</c>) counts,
    /// and one of them must be ours too.</summary>
    private static string? OurAudience(Snapshot snapshot, Issuer issuer, JsonElement payload)
    {
        if (!payload.TryGetProperty("aud", out var audience)) return null;
        if (audience.ValueKind == JsonValueKind.String) return Ours(audience.GetString());
        if (audience.ValueKind != JsonValueKind.Array || audience.GetArrayLength() is 0 or > 16) return null;
        var values = audience.EnumerateArray().ToList();
        if (values.Exists(v => v.ValueKind != JsonValueKind.String)) return null;
        if (values.Select(v => Ours(v.GetString())).FirstOrDefault(v => v is not null) is not { } ours) return null;
        return values.Count == 1 ? ours : Ours(CompactJwt.Text(payload, "azp"));

        string? Ours(string? value) => value is not null && IsOurs(snapshot, issuer, value) ? value : null;
    }

    private static bool IsOurs(Snapshot snapshot, Issuer issuer, string audience)
    {
        if (issuer.Rules.Audiences.Count > 0) return issuer.Rules.Audiences.Contains(audience);
        return FederatedNames.TryParseAudience(audience) is var (project, id) && id == issuer.Id
            && FederatedNames.IsNameOf(project, issuer.Project, snapshot.Find(issuer.Project)?.Project.Account);
    }
}
