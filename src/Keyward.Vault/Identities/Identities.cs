using System.Security.Cryptography;
using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>Judges what callers show. One answer for everything that does not hold: who guesses learns nothing. The
/// signature of a token is checked once, the standing of its credential and account at every use.</summary>
internal static class Identities
{
    private const string GoogleAudience = "https://cloudkms.googleapis.com/";

    /// <summary>What google-auth for Python, and so gcloud, and for Java write into an assertion, whatever
    /// <c>token_uri</c> they send it to.</summary>
    private const string GoogleTokenAudience = "https://oauth2.googleapis.com/token";
    private const int MaximumLifetimeSeconds = 3_600;

    /// <summary>Without a key id all active keys of the account are tried: no account has more.</summary>
    private const int MaximumKeysTried = 10;

    private static readonly HashSet<string> Scopes =
    [
        "https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/cloudkms",
    ];

    /// <summary>The caller behind a token, with the token's digest.</summary>
    public static Outcome<KnownToken> Judge(
        OpenedVault vault, TokenCache cache, GateSettings settings, Moment at, BearerProof proof)
    {
        if (proof.Text.Length > AssertionClaims.MaximumSizeBytes) return CredentialRefusals.NotGood;
        var snapshot = vault.Snapshot;
        if (proof.Use == ProofUse.TokenEndpoint)
            return JudgeAssertion(snapshot, settings, at, proof) is { } assertion
                ? assertion : CredentialRefusals.NotGood;
        var key = TokenCache.KeyOf(proof.Text.Span);
        if (cache.Find(key) is { } known)
        {
            if (at.World < known.Expires && IsGood(snapshot, known.Caller, at.Now)) return known;
            cache.Remove(key);
            return CredentialRefusals.NotGood;
        }

        var text = proof.Token;
        var token = text.StartsWith(AccessToken.Prefix, StringComparison.Ordinal)
            ? AccessToken.Judge(vault, text, at)
            : JudgeAssertion(snapshot, settings, at, proof);
        if (token is null) return CredentialRefusals.NotGood;
        token = token with { Digest = DigestOf(vault, text) };
        cache.Add(key, token);
        return token;
    }

    /// <summary>Whether a caller that was identified still counts: account and credential active, as of this
    /// state.</summary>
    public static bool IsGood(Snapshot snapshot, Caller caller, DateTimeOffset now)
    {
        if (caller.Via is not null) return IsGoodTaker(snapshot, caller, now);
        if (caller.Type == Caller.FederatedType) return IsVouchedFor(snapshot, caller);
        if (caller.Type == Caller.LogType)
            return snapshot.AuditKeeping.WitnessedLogs.TryGetValue(caller.Email, out var log) && log.IsActive;
        return caller.Type == Caller.SystemType
            || (caller.CredentialId is { } id
                && snapshot.Credentials.TryGetValue(id, out var credential) && credential.IsGoodAt(now)
                && credential.Email == caller.Email && IsActive(snapshot, caller.Email));
    }

    /// <summary>The first 16 bytes of the keyed digest of a token's SHA-256, for the record.</summary>
    public static string DigestOf(OpenedVault vault, string token)
    {
        Span<byte> digest = stackalloc byte[16];
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(token), hash);
        vault.Hierarchy.AuditDigest("token", hash, digest);
        return Convert.ToHexStringLower(digest);
    }

    /// <summary>An account, taken on by somebody: the chain has one link, and ends in who came by itself.</summary>
    internal static Caller TakenOn(ServiceAccount account, Caller via) =>
        new(Caller.ServiceAccountType, account.Email, account.UniqueId, account.Project, via.CredentialId)
        {
            Via = via,
        };

    /// <summary>The same with a session of its own, narrowed by a policy where there is one. A policy that cannot be
    /// read any more allows nothing.</summary>
    internal static Caller InSession(Caller taken, string name, string policy) =>
        new(taken.Type, taken.Email, taken.UniqueId, taken.Project, taken.CredentialId)
        {
            Via = taken.Via,
            SessionName = name,
            SessionStatements = policy.Length == 0
                ? null
                : Policies.Documents.PolicyDocument.Compile(
                    policy, Policies.Documents.DocumentKind.Session, out _)?.Statements ?? [],
        };

    /// <summary>Who took on an account must still stand, and still have the right to take it on; conditions on that
    /// right were judged when it was taken on.</summary>
    private static bool IsGoodTaker(Snapshot snapshot, Caller caller, DateTimeOffset now) =>
        caller.Via is { Via: null } via && IsGood(snapshot, via, now) && IsActive(snapshot, caller.Email)
        && Policies.Authority.Decide(snapshot, via,
            AccountDemand.On(Policies.Permission.ServiceAccountsGetAccessToken, caller.Email),
            new Policies.Circumstances(now, Assumption: Policies.Assumption.Most)).Allowed;

    private static bool IsVouchedFor(Snapshot snapshot, Caller caller) =>
        caller.CredentialId is { } id && snapshot.Issuers.TryGetValue(
            id[Federation.FederatedNames.CredentialPrefix.Length..], out var issuer)
        && issuer.State == StandingState.Active && issuer.Uid == caller.IssuerUid;

    private static bool IsActive(Snapshot snapshot, string email) =>
        snapshot.Accounts.TryGetValue(email, out var account) && account.State == StandingState.Active;

    internal static Caller CallerOf(ServiceAccount account, string credentialId) =>
        new(Caller.ServiceAccountType, account.Email, account.UniqueId, account.Project, credentialId);

    /// <summary>An account by a certificate, which its mapping may not tell from others.</summary>
    internal static Caller CallerOf(ServiceAccount account, string credentialId, string certificate) =>
        new(Caller.ServiceAccountType, account.Email, account.UniqueId, account.Project, credentialId)
        {
            Attributes = new Dictionary<string, string> { [ClientCertificates.Attribute] = certificate },
        };

    private static KnownToken? JudgeAssertion(
        Snapshot snapshot, GateSettings settings, Moment at, BearerProof proof)
    {
        if (AssertionClaims.TryParse(proof.Token) is not { } claims) return null;
        var skew = (long)settings.ClockSkew.TotalSeconds;
        var second = at.World.ToUnixTimeSeconds();
        if (claims.IssuedAt > second + skew || claims.Expires <= second - skew) return null;
        if (claims.Expires - claims.IssuedAt is <= 0 or > MaximumLifetimeSeconds) return null;
        if (claims.NotBefore is { } notBefore && notBefore > second + skew) return null;
        if (!IsForUs(claims, settings, proof.Use)) return null;
        if (!snapshot.Accounts.TryGetValue(claims.Issuer, out var account) || account.State != StandingState.Active)
            return null;
        if (Signer(snapshot, claims, at.Now) is not { } credential) return null;
        var expires = DateTimeOffset.FromUnixTimeSeconds(claims.Expires) + settings.ClockSkew;
        return new KnownToken(CallerOf(account, credential.Id), expires);
    }

    /// <summary>A caller sends an audience or a scope (AIP-4111). Without an audience the token could be meant for
    /// somebody else; what stands against that is that only keys made here are accepted.</summary>
    private static bool IsForUs(AssertionClaims claims, GateSettings settings, ProofUse use)
    {
        if (use == ProofUse.TokenEndpoint)
            return claims.Audience is { } endpoint
                && (endpoint == GoogleTokenAudience || settings.TokenAudiences.Contains(endpoint));
        if (!claims.HasSubject) return false;
        if (claims.HasAudience)
            return claims.Audience is { } audience && IsDoorAudience(audience, settings);
        return claims.Scope is { } scope && scope.Split(' ').Any(Scopes.Contains);
    }

    private static bool IsDoorAudience(string audience, GateSettings settings)
    {
        const string service = "google.cloud.kms.v1.KeyManagementService";
        foreach (var own in settings.DoorAudiences.Append(GoogleAudience))
            if (audience == own || audience == own + service || audience + "/" == own) return true;
        return false;
    }

    private static Credential? Signer(Snapshot snapshot, AssertionClaims claims, DateTimeOffset now)
    {
        if (claims.KeyId is { } id)
            return snapshot.Credentials.TryGetValue(id, out var named) && Holds(named, claims, now) ? named : null;
        var tried = 0;
        foreach (var candidate in snapshot.CredentialsOf.GetValueOrDefault(claims.Issuer, []))
        {
            if (!snapshot.Credentials.TryGetValue(candidate, out var credential) || !credential.IsGoodAt(now)) continue;
            if (Holds(credential, claims, now)) return credential;
            if (++tried == MaximumKeysTried) return null;
        }

        return null;
    }

    private static bool Holds(Credential credential, AssertionClaims claims, DateTimeOffset now)
    {
        if (credential.Kind != CredentialKind.KeyFile || credential.Email != claims.Issuer
            || !credential.IsGoodAt(now) || credential.PublicKey is null) return false;
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(credential.PublicKey, out _);
        return rsa.VerifyData(claims.Signed, claims.Signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }
}
