using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Federation;

/// <summary>Trusts an issuer from now on. A right of the deployment's administrator, never of a tenant: whoever is
/// vouched for can be named in every project's policies.</summary>
public sealed record AddIssuer(string Id, ProjectId Project, string Uri, IssuerRules Rules, bool IsShared)
    : IOperation<Issuer>
{
    /// <summary>An issuer more is an attack surface more; a company has a few.</summary>
    private const int MaximumIssuers = 100;

    Verb IOperation<Issuer>.Verb { get; } = new("add_issuer", OperationClass.AdminWrite);

    Demand IOperation<Issuer>.Demand => Demand.OnDeployment(Permission.IssuersUpdate);

    void IOperation<Issuer>.Describe(RecordDraft draft)
    {
        draft.Resource = "issuers/" + Id;
        draft.Project = Project.Value;
        draft.Parameter("issuer", Uri);
    }

    ValueTask<Outcome<Issuer>> IOperation<Issuer>.RunAsync(Passage passage) =>
        IssuerForm.Judge(Id, Uri, Rules, IsShared) is { } refusal
            ? new(refusal)
            : passage.ChangeAsync(((IOperation<Issuer>)this).Demand, Change);

    private Outcome<Issuer> Change(ChangeDraft draft)
    {
        if (draft.Snapshot.Find(Project) is null)
            return new Refusal(RefusalReason.NotFound, $"Project {Project} not found.", Project.FullName);
        if (draft.Snapshot.Issuers.TryGetValue(Id, out var old) && old.State != StandingState.Revoked)
            return new Refusal(RefusalReason.AlreadyExists, $"Issuer {Id} already exists.", old.FullName);
        if (draft.Snapshot.Issuers.Values.Count(i => i.State != StandingState.Revoked) >= MaximumIssuers)
            return new Refusal(RefusalReason.QuotaExceeded,
                $"A deployment has at most {MaximumIssuers} issuers.", "issuers");
        var issuer = new Issuer(Id, Founding.NewId(), Project, Uri, StandingState.Active, draft.Now, Rules);
        draft.Put(issuer);
        draft.Record.Changed("issuer", null, issuer.Uid);
        return issuer;
    }
}

/// <summary>Trusts an issuer no longer: tokens that it vouched for are refused from the next request on.</summary>
public sealed record RemoveIssuer(string Id) : IOperation<Issuer>
{
    Verb IOperation<Issuer>.Verb { get; } = new("remove_issuer", OperationClass.AdminWrite);

    Demand IOperation<Issuer>.Demand => Demand.OnDeployment(Permission.IssuersUpdate);

    void IOperation<Issuer>.Describe(RecordDraft draft) => draft.Resource = "issuers/" + Id;

    ValueTask<Outcome<Issuer>> IOperation<Issuer>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<Issuer>)this).Demand, Change);

    private Outcome<Issuer> Change(ChangeDraft draft)
    {
        if (!draft.Snapshot.Issuers.TryGetValue(Id, out var issuer) || issuer.State == StandingState.Revoked)
            return new Refusal(RefusalReason.NotFound, $"Issuer {Id} not found.", "issuers/" + Id);
        var removed = issuer with { State = StandingState.Revoked };
        draft.Put(removed);
        draft.Record.Changed("state", issuer.State.ToString(), removed.State.ToString());
        return removed;
    }
}

/// <summary>An issuer, and how it went with its keys on this node.</summary>
public sealed record IssuerView(Issuer Issuer, IssuerHealth Health, string Audience);

public sealed record ListIssuers : IOperation<IReadOnlyList<IssuerView>>
{
    Verb IOperation<IReadOnlyList<IssuerView>>.Verb { get; } = new("list_issuers", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<IssuerView>>.Demand => Demand.OnDeployment(Permission.IssuersList);

    void IOperation<IReadOnlyList<IssuerView>>.Describe(RecordDraft draft) => draft.Resource = "issuers";

    ValueTask<Outcome<IReadOnlyList<IssuerView>>> IOperation<IReadOnlyList<IssuerView>>.RunAsync(Passage passage) =>
        new(passage.Snapshot.Issuers.Values.Where(i => i.State != StandingState.Revoked)
            .OrderBy(i => i.Id, StringComparer.Ordinal)
            .Select(i => new IssuerView(i, passage.IssuerKeys?.HealthOf(i) ?? new IssuerHealth(null, null),
                FederatedNames.AudienceOf(
                    passage.Snapshot.Find(i.Project)?.Project.Account ?? i.Project.Value, i.Id))).ToArray());
}
