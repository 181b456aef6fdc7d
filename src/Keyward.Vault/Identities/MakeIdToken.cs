using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Identities;

/// <summary>An ID token of an account, for who may take it on.</summary>
public sealed record MakeIdToken(string Email, string Audience, bool WithEmail, bool EmailIsParty)
    : IOperation<SignedJwt>
{
    Verb IOperation<SignedJwt>.Verb { get; } = new("generate_id_token", OperationClass.DataRead);

    Demand IOperation<SignedJwt>.Demand => AccountDemand.On(Permission.ServiceAccountsGetOpenIdToken, Email);

    void IOperation<SignedJwt>.Describe(RecordDraft draft)
    {
        TakenAccount.Describe(draft, Email);
        draft.Parameter("audience", Audience);
    }

    async ValueTask<Outcome<SignedJwt>> IOperation<SignedJwt>.RunAsync(Passage passage)
    {
        if (IdTokens.Judge(passage, Audience) is { } bad) return bad;
        if (!TakenAccount.Find(passage, Email).TryGet(out var account, out var refusal)) return refusal;
        return await IdTokens.MakeAsync(passage, ((IOperation<SignedJwt>)this).Demand, account, Audience, WithEmail,
            EmailIsParty).ConfigureAwait(false);
    }
}
