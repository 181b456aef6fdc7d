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

/// <summary>A credential, without any secret, and when it was last used.</summary>
public sealed record CredentialView(Credential Credential, DateTimeOffset? LastUseTime)
{
    /// <summary>What a client certificate is recognised by; empty for other credentials.</summary>
    public string RecognisedBy => Credential is { Kind: CredentialKind.Certificate, PublicKey: { } rule }
        ? CertificateRule.Parse(rule).Mark.Show() : "";

    internal static CredentialView Of(Passage passage, Credential credential) =>
        new(credential, passage.CredentialUses.LastOf(passage.Snapshot, credential.Id));
}

/// <summary>The credentials of an account.</summary>
public sealed record ListCredentials(string Email, CredentialKind Kind) : IOperation<IReadOnlyList<CredentialView>>
{
    Verb IOperation<IReadOnlyList<CredentialView>>.Verb { get; } = new("list_credentials", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<CredentialView>>.Demand => AccountDemand.On(Permission.CredentialsList, Email);

    void IOperation<IReadOnlyList<CredentialView>>.Describe(RecordDraft draft) =>
        draft.Resource = AccountDemand.NameOf(Email);

    ValueTask<Outcome<IReadOnlyList<CredentialView>>> IOperation<IReadOnlyList<CredentialView>>.RunAsync(
        Passage passage) =>
        new(passage.Snapshot.CredentialsOf.GetValueOrDefault(Email, []).Select(id => passage.Snapshot.Credentials[id])
            .Where(c => c.Kind == Kind).OrderBy(c => c.CreateTime)
            .Select(c => CredentialView.Of(passage, c)).ToArray());
}

/// <summary>The active credentials of a project that nobody has used for a while, longest first; and those that are
/// old, where that is asked.</summary>
public sealed record ListStaleCredentials(ProjectId Project, TimeSpan Idle)
    : IOperation<IReadOnlyList<CredentialView>>
{
    /// <summary>Made so long ago, used or not; null for no such rule.</summary>
    public TimeSpan? Old { get; init; }

    Verb IOperation<IReadOnlyList<CredentialView>>.Verb { get; } =
        new("list_stale_credentials", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<CredentialView>>.Demand => Demand.On(Permission.CredentialsList, Project);

    void IOperation<IReadOnlyList<CredentialView>>.Describe(RecordDraft draft) => draft.Resource = Project.FullName;

    ValueTask<Outcome<IReadOnlyList<CredentialView>>> IOperation<IReadOnlyList<CredentialView>>.RunAsync(
        Passage passage)
    {
        var (snapshot, uses) = (passage.Snapshot, passage.CredentialUses);
        return new(snapshot.Credentials.Values
            .Where(c => c.Kind is CredentialKind.KeyFile or CredentialKind.AccessKey or CredentialKind.Certificate
                && c.IsGoodAt(passage.Now)
                && snapshot.Accounts.TryGetValue(c.Email, out var account) && account.Project == Project
                && (passage.Now - uses.LastOrMade(snapshot, c) >= Idle || passage.Now - c.CreateTime >= Old))
            .OrderBy(c => uses.LastOrMade(snapshot, c)).Select(c => CredentialView.Of(passage, c)).ToArray());
    }
}

internal static class AccountRefusals
{
    public static Refusal NotFound(string email) =>
        new(RefusalReason.NotFound, $"Service account {email} not found.", AccountDemand.NameOf(email));

    public static Refusal CredentialNotFound(string id) =>
        new(RefusalReason.NotFound, $"There is no such credential of that account.", "credentials/" + id);
}
