using System.Security.Cryptography;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>A new credential with its secret half, which is shown this once. Dispose clears it.</summary>
public sealed class NewCredential(Credential credential, ServiceAccount account, byte[] secret) : IDisposable
{
    public Credential Credential { get; } = credential;

    public ServiceAccount Account { get; } = account;

    /// <summary>PKCS#8 as PEM for a key file, the secret access key for an access key; ASCII.</summary>
    public ReadOnlyMemory<byte> Secret => secret;

    public void Dispose() => CryptographicOperations.ZeroMemory(secret);
}

/// <summary>Makes a key file or an access key for an account. That is as good as becoming the account, so the caller
/// must hold every right that the account holds by its project's and the deployment's policy.</summary>
public sealed record CreateCredential(string Email, CredentialKind Kind, TimeSpan? Lifetime) : IOperation<NewCredential>
{
    /// <summary>Two access keys suffice to change over from one to the other.</summary>
    private const int MaximumAccessKeys = 2;

    Verb IOperation<NewCredential>.Verb { get; } = new("create_credential", OperationClass.AdminWrite);

    Demand IOperation<NewCredential>.Demand => AccountDemand.On(Permission.CredentialsCreate, Email);

    void IOperation<NewCredential>.Describe(RecordDraft draft)
    {
        draft.Resource = AccountDemand.NameOf(Email);
        draft.Parameter("kind", Kind.ToString());
    }

    ValueTask<Outcome<NewCredential>> IOperation<NewCredential>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<NewCredential>)this).Demand, draft => Change(draft, passage.Caller));

    private Outcome<NewCredential> Change(ChangeDraft draft, Caller caller)
    {
        if (!draft.Snapshot.Accounts.TryGetValue(Email, out var account)) return AccountRefusals.NotFound(Email);
        if (account.State == StandingState.Revoked)
            return new Refusal(RefusalReason.TransitionNotAllowed, $"Service account {Email} was deleted.", Email);
        if (Conferring.Missing(draft.Snapshot, caller, account, draft.Now) is { } missing) return missing;
        var active = Quotas.Counts.ActiveOf(draft.Snapshot, Email, Kind, draft.Now);
        if (Kind == CredentialKind.KeyFile
            && Quotas.Counts.JudgeKeyFile(draft.Snapshot, account, active) is { } full) return full;
        if (Kind == CredentialKind.AccessKey && active >= MaximumAccessKeys)
            return new Refusal(RefusalReason.QuotaExceeded,
                $"The account has {active} active credentials of this kind; revoke one first.",
                    AccountDemand.NameOf(Email));
        var (credential, secret) = Kind == CredentialKind.AccessKey
            ? ServiceAccounts.MakeAccessKey(draft, account)
            : ServiceAccounts.MakeKeyFile(draft, account, Lifetime);
        draft.Record.Changed("credential", null, credential.Id);
        return new NewCredential(credential, account, secret);
    }
}
