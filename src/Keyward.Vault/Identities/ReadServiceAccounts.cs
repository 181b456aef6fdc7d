using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Identities;

public sealed record GetServiceAccount(string Email) : IOperation<ServiceAccount>
{
    Verb IOperation<ServiceAccount>.Verb { get; } = new("get_service_account", OperationClass.AdminRead);

    Demand IOperation<ServiceAccount>.Demand => AccountDemand.On(Permission.ServiceAccountsGet, Email);

    void IOperation<ServiceAccount>.Describe(RecordDraft draft) => draft.Resource = AccountDemand.NameOf(Email);

    ValueTask<Outcome<ServiceAccount>> IOperation<ServiceAccount>.RunAsync(Passage passage) => new(
        passage.Snapshot.Accounts.TryGetValue(Email, out var account) ? account : AccountRefusals.NotFound(Email));
}

public sealed record ListServiceAccounts(ProjectId Project) : IOperation<IReadOnlyList<ServiceAccount>>
{
    Verb IOperation<IReadOnlyList<ServiceAccount>>.Verb { get; } =
        new("list_service_accounts", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<ServiceAccount>>.Demand => Demand.On(Permission.ServiceAccountsList, Project);

    void IOperation<IReadOnlyList<ServiceAccount>>.Describe(RecordDraft draft) => draft.Resource = Project.FullName;

    ValueTask<Outcome<IReadOnlyList<ServiceAccount>>> IOperation<IReadOnlyList<ServiceAccount>>.RunAsync(
        Passage passage) => new(passage.Snapshot.Accounts.Values.Where(a => a.Project == Project)
            .OrderBy(a => a.Email, StringComparer.Ordinal).ToArray());
}

/// <summary>The credentials of an account, without any secret.</summary>
public sealed record ListCredentials(string Email, CredentialKind Kind) : IOperation<IReadOnlyList<Credential>>
{
    Verb IOperation<IReadOnlyList<Credential>>.Verb { get; } = new("list_credentials", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<Credential>>.Demand => AccountDemand.On(Permission.CredentialsList, Email);

    void IOperation<IReadOnlyList<Credential>>.Describe(RecordDraft draft) =>
        draft.Resource = AccountDemand.NameOf(Email);

    ValueTask<Outcome<IReadOnlyList<Credential>>> IOperation<IReadOnlyList<Credential>>.RunAsync(Passage passage) =>
        new(passage.Snapshot.CredentialsOf.GetValueOrDefault(Email, []).Select(id => passage.Snapshot.Credentials[id])
            .Where(c => c.Kind == Kind).OrderBy(c => c.CreateTime).ToArray());
}

internal static class AccountRefusals
{
    public static Refusal NotFound(string email) =>
        new(RefusalReason.NotFound, $"Service account {email} not found.", AccountDemand.NameOf(email));

    public static Refusal CredentialNotFound(string id) =>
        new(RefusalReason.NotFound, $"There is no such credential of that account.", "credentials/" + id);
}
