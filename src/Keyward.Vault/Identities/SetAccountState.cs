using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>Disables or enables an account, or ends it for good (<see cref="StandingState.Revoked"/>): its credentials
/// and tokens are refused from the next request on.</summary>
public sealed record SetAccountState(string Email, StandingState State) : IOperation<ServiceAccount>
{
    Verb IOperation<ServiceAccount>.Verb { get; } = new(State switch
    {
        StandingState.Active => "enable_service_account",
        StandingState.Disabled => "disable_service_account",
        StandingState.Revoked => "delete_service_account",
        StandingState.Unspecified => throw new ArgumentOutOfRangeException(nameof(State)),
    }, OperationClass.AdminWrite);

    Demand IOperation<ServiceAccount>.Demand => AccountDemand.On(Permission.ServiceAccountsUpdate, Email);

    void IOperation<ServiceAccount>.Describe(RecordDraft draft) => draft.Resource = AccountDemand.NameOf(Email);

    ValueTask<Outcome<ServiceAccount>> IOperation<ServiceAccount>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<ServiceAccount>)this).Demand, Change);

    private Outcome<ServiceAccount> Change(ChangeDraft draft)
    {
        if (!draft.Snapshot.Accounts.TryGetValue(Email, out var account)) return AccountRefusals.NotFound(Email);
        if (account.State == State) return account;
        if (account.State == StandingState.Revoked)
            return new Refusal(RefusalReason.TransitionNotAllowed,
                $"Service account {Email} was deleted; that is final.", AccountDemand.NameOf(Email));
        var changed = account with { State = State, Seq = draft.Seq };
        draft.Put(changed);
        draft.Record.Changed("state", account.State.ToString(), State.ToString());
        return changed;
    }
}
