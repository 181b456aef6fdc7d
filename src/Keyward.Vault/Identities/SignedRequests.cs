using System.Runtime.CompilerServices;
using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>Judges signed requests. The secret stays in the keystore, which derives, keeps and compares; an unknown key
/// id takes the same way with a secret that nobody has, so that the time tells nothing.</summary>
internal static class SignedRequests
{
    public static readonly Refusal Unknown = new(RefusalReason.Unauthenticated,
        "The security token included in the request is invalid.");

    /// <summary>Whose an access key is, made once as long as the key stays as it is.</summary>
    private static readonly ConditionalWeakTable<Credential, Caller> Callers = [];

    private static readonly Refusal Expired = new(RefusalReason.SessionExpired,
        "The security token included in the request is expired");

    public static readonly Refusal Mismatch = new(RefusalReason.SignatureMismatch,
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret " +
        "Access Key and signing method. Consult the service documentation for details.");

    public static Outcome<Caller> Judge(
        OpenedVault vault, GateSettings settings, Moment at, SignatureProof proof)
    {
        if (proof.SessionToken is { } token) return JudgeSession(vault, settings, at, proof, token);
        var snapshot = vault.Snapshot;
        var credential = snapshot.Credentials.GetValueOrDefault(proof.KeyId);
        var isGood = credential is { Kind: CredentialKind.AccessKey, Secret: not null } && credential.IsGoodAt(at.Now)
            && snapshot.Accounts.TryGetValue(credential.Email, out var owner) && owner.State == StandingState.Active;
        var holds = vault.CredentialKeys.CheckDerivedMac(
            isGood ? credential!.Secret : null, proof.Prefix, proof.Steps, proof.Signed, proof.Mac);
        if (!isGood) return Unknown;
        if (!holds) return Mismatch;
        if ((at.World - proof.Time).Duration() > settings.ClockSkew)
            return Skewed(at.World, proof.Time, settings.ClockSkew);
        return CallerOf(snapshot.Accounts[credential!.Email], credential);
    }

    private static Caller CallerOf(ServiceAccount account, Credential credential)
    {
        if (Callers.TryGetValue(credential, out var known) && known.UniqueId == account.UniqueId) return known;
        var caller = Identities.CallerOf(account, credential.Id);
        Callers.AddOrUpdate(credential, caller);
        return caller;
    }

    /// <summary>A temporary access key: its token says whose it is, and its secret follows from that. What the session
    /// stands on is judged as of now.</summary>
    private static Outcome<Caller> JudgeSession(
        OpenedVault vault, GateSettings settings, Moment at, SignatureProof proof, string token)
    {
        var claims = SessionToken.Parse(vault, token);
        var holds = vault.CredentialKeys.CheckSessionMac(
            claims?.Payload ?? [], proof.Prefix, proof.Steps, proof.Signed, proof.Mac);
        if (claims is null || claims.KeyId != proof.KeyId) return Unknown;
        if (!holds) return Mismatch;
        if ((at.World - proof.Time).Duration() > settings.ClockSkew)
            return Skewed(at.World, proof.Time, settings.ClockSkew);
        if (claims.Expires <= at.World) return Expired;
        var snapshot = vault.Snapshot;
        return CallerCodec.Decode(snapshot, claims.Caller) is { Via: not null } taken
            && Identities.IsGood(snapshot, taken, at.Now)
                ? Identities.InSession(taken, claims.Name, claims.Policy)
                : Unknown;
    }

    /// <summary>The keyed digest of the signature, for the record.</summary>
    public static string DigestOf(OpenedVault vault, SignatureProof proof)
    {
        Span<byte> digest = stackalloc byte[16];
        vault.Hierarchy.AuditDigest("signature", proof.Mac, digest);
        return Convert.ToHexStringLower(digest);
    }

    private static Refusal Skewed(DateTimeOffset now, DateTimeOffset signed, TimeSpan skew)
    {
        static string Show(DateTimeOffset time) => time.UtcDateTime.ToString(
            "yyyyMMdd'T'HHmmss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        return new Refusal(RefusalReason.ClockSkewed, signed < now
            ? $"Signature expired: {Show(signed)} is now earlier than {Show(now - skew)} ({Show(now)} - " +
                $"{skew.TotalMinutes:0} min.)"
            : $"Signature not yet current: {Show(signed)} is still later than {Show(now + skew)} ({Show(now)} + " +
                $"{skew.TotalMinutes:0} min.)");
    }
}
