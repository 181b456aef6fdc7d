using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>A short token of another account, for who has the right to take it on. Rights are those of the account
/// from then on; records name both. The token ends with the right to it, and with what its taker came by.</summary>
public sealed record TakeOnAccount(string Email, TimeSpan Lifetime) : IOperation<IssuedToken>
{
    Verb IOperation<IssuedToken>.Verb { get; } = new("generate_access_token", OperationClass.DataRead);

    Demand IOperation<IssuedToken>.Demand => AccountDemand.On(Permission.ServiceAccountsGetAccessToken, Email);

    void IOperation<IssuedToken>.Describe(RecordDraft draft) => TakenAccount.Describe(draft, Email);

    ValueTask<Outcome<IssuedToken>> IOperation<IssuedToken>.RunAsync(Passage passage)
    {
        if (Lifetime <= TimeSpan.Zero || Lifetime > AccessToken.MaximumLifetime)
            return new(new Refusal(RefusalReason.InvalidArgument, "A token lives from a second to an hour."));
        if (!TakenAccount.Find(passage, Email).TryGet(out var account, out var refusal)) return new(refusal);
        if (CallerCodec.Encode(Identities.TakenOn(account, passage.Caller)) is not { } caller)
            return new(CredentialRefusals.NotGood);
        var expires = DateTimeOffset.FromUnixTimeSeconds((passage.World + Lifetime).ToUnixTimeSeconds());
        return new(new IssuedToken(AccessToken.Make(passage.Vault, caller, expires), expires));
    }
}

/// <summary>What all ways of acting as another account have in common.</summary>
internal static class TakenAccount
{
    public static void Describe(RecordDraft draft, string email)
    {
        draft.Resource = AccountDemand.NameOf(email);
        draft.Project = AccountDemand.ProjectOf(email)?.Value;
    }

    /// <summary>The account, if it stands and the caller came by itself: a chain of two would hide who began
    /// it.</summary>
    public static Outcome<ServiceAccount> Find(Passage passage, string email)
    {
        if (passage.Caller.Via is not null)
            return new Refusal(RefusalReason.PermissionDenied,
                "Who has taken on an account cannot take on another one from there.", AccountDemand.NameOf(email));
        if (!passage.Snapshot.Accounts.TryGetValue(email, out var account)) return AccountRefusals.NotFound(email);
        return account.State == StandingState.Active
            ? account
            : new Refusal(RefusalReason.TransitionNotAllowed, $"Service account {email} is not active.",
                AccountDemand.NameOf(email));
    }
}
