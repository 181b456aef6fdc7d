using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>Disables, enables or revokes one credential: a stolen file is refused from the next request on.</summary>
public sealed record SetCredentialState(string Id, StandingState State) : IOperation<Credential>
{
    Verb IOperation<Credential>.Verb { get; } = new(State switch
    {
        StandingState.Active => "enable_credential",
        StandingState.Disabled => "disable_credential",
        StandingState.Revoked => "revoke_credential",
        StandingState.Unspecified => throw new ArgumentOutOfRangeException(nameof(State)),
    }, OperationClass.AdminWrite);

    /// <summary>The e-mail of the account that the caller says it belongs to; the right is held on its
    /// project.</summary>
    public required string Email { get; init; }

    Demand IOperation<Credential>.Demand => AccountDemand.On(Permission.CredentialsRevoke, Email);

    void IOperation<Credential>.Describe(RecordDraft draft)
    {
        draft.Resource = AccountDemand.NameOf(Email);
        draft.Parameter("credential", Id);
    }

    async ValueTask<Outcome<Credential>> IOperation<Credential>.RunAsync(Passage passage)
    {
        var outcome = await passage.ChangeAsync(((IOperation<Credential>)this).Demand, Change).ConfigureAwait(false);
        if (outcome.TryGet(out var credential, out _)
            && credential is { State: not StandingState.Active, Secret: { } secret })
            passage.Vault.CredentialKeys.Forget(secret);
        return outcome;
    }

    private Outcome<Credential> Change(ChangeDraft draft)
    {
        if (!draft.Snapshot.Credentials.TryGetValue(Id, out var credential) || credential.Email != Email)
            return AccountRefusals.CredentialNotFound(Id);
        if (credential.State == State) return credential;
        if (credential.State == StandingState.Revoked)
            return new Refusal(RefusalReason.TransitionNotAllowed, "That credential was revoked; that is final.", Id);
        var changed = credential with { State = State, Seq = draft.Seq };
        draft.Put(changed);
        draft.Record.Changed("state", credential.State.ToString(), State.ToString());
        return changed;
    }
}
