using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Identities;

/// <summary>An ID token of the caller's own account: the token endpoint's answer to an assertion that names a target
/// audience. As every token of oneself it takes no right.</summary>
public sealed record IssueIdToken(string Audience) : IOperation<SignedJwt>
{
    Verb IOperation<SignedJwt>.Verb { get; } = new("issue_id_token", OperationClass.DataRead);

    Demand IOperation<SignedJwt>.Demand => Demand.None("token");

    void IOperation<SignedJwt>.Describe(RecordDraft draft)
    {
        draft.Resource = "token";
        draft.Parameter("audience", Audience);
    }

    /// <summary>What an assertion wants that has been judged already; null for an access token.</summary>
    public static IssueIdToken? WantedBy(string assertion) =>
        AssertionClaims.TryParse(assertion)?.TargetAudience is { } audience ? new IssueIdToken(audience) : null;

    async ValueTask<Outcome<SignedJwt>> IOperation<SignedJwt>.RunAsync(Passage passage)
    {
        if (IdTokens.Judge(passage, Audience) is { } bad) return bad;
        if (passage.Caller.Via is not null
            || !passage.Snapshot.Accounts.TryGetValue(passage.Caller.Email, out var account))
            return CredentialRefusals.NotGood;
        return await IdTokens.MakeAsync(passage, ((IOperation<SignedJwt>)this).Demand, account, Audience,
            withEmail: true, emailIsParty: true).ConfigureAwait(false);
    }
}
