using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>Makes a service account without any credential.</summary>
public sealed record CreateServiceAccount(ProjectId Project, string Name) : IOperation<ServiceAccount>
{
    Verb IOperation<ServiceAccount>.Verb { get; } = new("create_service_account", OperationClass.AdminWrite);

    Demand IOperation<ServiceAccount>.Demand => Demand.On(Permission.ServiceAccountsCreate, Project);

    void IOperation<ServiceAccount>.Describe(RecordDraft draft)
    {
        draft.Resource = $"{Project.FullName}/serviceAccounts/{Name}";
        draft.Project = Project.Value;
    }

    ValueTask<Outcome<ServiceAccount>> IOperation<ServiceAccount>.RunAsync(Passage passage)
    {
        if (!ServiceAccounts.IsValidName(Name))
            return new(new Refusal(RefusalReason.InvalidArgument,
                "A service account's name has 1 to 30 lower-case letters, digits and " +
                "hyphens and begins with a letter."));
        return passage.ChangeAsync(((IOperation<ServiceAccount>)this).Demand, Change);
    }

    private Outcome<ServiceAccount> Change(ChangeDraft draft)
    {
        if (draft.Snapshot.Find(Project) is null)
            return new Refusal(RefusalReason.NotFound, $"Project {Project} not found.", Project.FullName);
        var account = ServiceAccounts.Make(draft, Project, Name);
        if (draft.Snapshot.Accounts.ContainsKey(account.Email))
            return new Refusal(RefusalReason.AlreadyExists, $"Service account {account.Email} already exists.",
                account.Email);
        if (Quotas.Counts.JudgeAccount(draft.Snapshot, Project) is { } full) return full;
        draft.Put(account);
        draft.Record.Changed("email", null, account.Email);
        return account;
    }
}
