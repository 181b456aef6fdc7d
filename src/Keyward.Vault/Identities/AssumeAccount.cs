using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Policies;
using Keyward.Vault.Policies.Documents;

namespace Keyward.Vault.Identities;

/// <summary>A temporary access key that acts as an account, with its secret, which is shown this once. Dispose clears
/// that.</summary>
public sealed class SessionCredential(
    string keyId, byte[] secret, string token, DateTimeOffset expires, ServiceAccount account) : IDisposable
{
    public string KeyId { get; } = keyId;

    /// <summary>ASCII.</summary>
    public ReadOnlyMemory<byte> Secret => secret;

    public string Token { get; } = token;

    public DateTimeOffset Expires { get; } = expires;

    public ServiceAccount Account { get; } = account;

    public void Dispose() => System.Security.Cryptography.CryptographicOperations.ZeroMemory(secret);
}

/// <summary>Takes on an account for a while, with a temporary access key. Rights are those of the account, narrowed by
/// a policy where one is given; records name both. The session ends with the right to it, and with what its taker came
/// by.</summary>
public sealed record AssumeAccount(string Email, string SessionName, TimeSpan Lifetime) : IOperation<SessionCredential>
{
    public const int MaximumPolicyLength = 2_048;

    public static readonly TimeSpan MaximumLifetime = AccessToken.MaximumLifetime;

    /// <summary>An identity policy in AWS's language: what it does not allow, the session may not.</summary>
    public string Policy { get; init; } = "";

    /// <summary>When what the caller came by ends by itself.</summary>
    public DateTimeOffset? Latest { get; init; }

    /// <summary>AWS STS, "AssumeRole": 2 to 64 letters, digits and a few marks.</summary>
    public static bool IsSessionName(string name) => name.Length is >= 2 and <= 64
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '=' or ',' or '.' or '@' or '-' or '+');

    Verb IOperation<SessionCredential>.Verb { get; } = new("assume_account", OperationClass.DataRead);

    Demand IOperation<SessionCredential>.Demand =>
        AccountDemand.On(Permission.ServiceAccountsGetAccessToken, Email);

    void IOperation<SessionCredential>.Describe(RecordDraft draft)
    {
        draft.Resource = AccountDemand.NameOf(Email);
        draft.Project = AccountDemand.ProjectOf(Email)?.Value;
        draft.Parameter("session", SessionName);
    }

    ValueTask<Outcome<SessionCredential>> IOperation<SessionCredential>.RunAsync(Passage passage)
    {
        if (!IsSessionName(SessionName)) return new(KeyRules.Invalid("The session's name is malformed."));
        if (Lifetime <= TimeSpan.Zero || Lifetime > MaximumLifetime)
            return new(KeyRules.Invalid("A session lives from a second to an hour."));
        if (passage.Caller.Via is not null)
            return new(new Refusal(RefusalReason.PermissionDenied,
                "Who has taken on an account cannot take on another one from there.", AccountDemand.NameOf(Email)));
        if (!passage.Snapshot.Accounts.TryGetValue(Email, out var account)) return new(AccountRefusals.NotFound(Email));
        if (account.State != StandingState.Active)
            return new(new Refusal(RefusalReason.PermissionDenied, $"Service account {Email} is not active.",
                AccountDemand.NameOf(Email)));
        if (Policy.Length > 0 && PolicyDocument.Compile(Policy, DocumentKind.Session, out var problem) is null)
            return new(new Refusal(RefusalReason.MalformedPolicy, problem ?? "The session policy is malformed."));
        if (CallerCodec.Encode(Identities.TakenOn(account, passage.Caller)) is not { } caller)
            return new(CredentialRefusals.NotGood);
        var until = passage.World + Lifetime;
        if (Latest is { } latest && latest < until) until = latest;
        var expires = DateTimeOffset.FromUnixTimeSeconds(until.ToUnixTimeSeconds());
        var claims = SessionToken.ClaimsOf(expires, CredentialForm.NewAccessKeyId(CredentialForm.SessionKeyMark),
            caller, SessionName, Policy);
        passage.Record.Parameter("access_key", claims.KeyId);
        return new(new SessionCredential(claims.KeyId, passage.Vault.CredentialKeys.MakeSessionSecret(claims.Payload),
            SessionToken.Make(passage.Vault, claims), expires, account));
    }
}
