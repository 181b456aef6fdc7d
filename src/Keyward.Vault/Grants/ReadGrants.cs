using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Grants;

/// <summary>A grant with the key's id and the principals' ARNs beside their members.</summary>
public sealed record GrantView(
    Grant Grant, string KeyId, string GranteeArn, string? RetiringArn, string IssuerArn, string Account)
{
    internal static GrantView Of(Snapshot snapshot, Key key, Grant grant) => new(grant, key.IdText,
        grant.GranteeArn ?? PrincipalName.ArnOf(snapshot, grant.Grantee),
        grant.RetiringArn ?? (grant.RetiringPrincipal is { } member ? PrincipalName.ArnOf(snapshot, member) : null),
        PrincipalName.ArnOf(snapshot, grant.Issuer), snapshot.Find(grant.Key.Project)!.Project.Account);

    internal static string NameOf(GrantView view) => view.Grant.Id;
}

/// <summary>The grants of a key that count, in order of their ids; of one id, or to one grantee, where that is
/// asked.</summary>
public sealed record ListGrants(KeyName Key, string? Id, string? Grantee, PageRequest<GrantView> Page)
    : IOperation<Page<GrantView>>
{
    Verb IOperation<Page<GrantView>>.Verb { get; } = new("list_grants", OperationClass.AdminRead);

    Demand IOperation<Page<GrantView>>.Demand => Demand.On(Permission.GrantsList, Key);

    void IOperation<Page<GrantView>>.Describe(RecordDraft draft)
    {
        draft.Resource = Key.ToString();
        draft.Project = Key.Project.Value;
    }

    ValueTask<Outcome<Page<GrantView>>> IOperation<Page<GrantView>>.RunAsync(Passage passage) => new(Run(passage));

    private Outcome<Page<GrantView>> Run(Passage passage)
    {
        var snapshot = passage.Snapshot;
        if (Id is not null && !GrantRefusals.IsId(Id)) return GrantRefusals.BadId;
        if (snapshot.Find(Key) is not { } entry) return KeyRefusals.NotFound(Key);
        string? grantee = null;
        if (Grantee is not null && (grantee = PrincipalName.Find(snapshot, Grantee)) is null)
            return GrantRefusals.NoPrincipal(Grantee);
        var request = Page with
        {
            Query = $"{Page.Query}\n{Id}\n{grantee}",
            Filter = v => (Id is null || v.Grant.Id == Id) && (grantee is null || v.Grant.Grantee == grantee),
        };
        return Paging.Cut(passage, $"{Key}/grants", request,
            after => entry.Grants.After(after).Where(g => entry.Grants.IsGoodAt(g, passage.Now))
                .Select(g => GrantView.Of(snapshot, entry.Key, g)), GrantView.NameOf, entry.Grants.Count);
    }
}

/// <summary>The grants that a principal may give up, over all keys of a location: a right in the project, on no
/// key.</summary>
public sealed record ListRetirableGrants(LocationName Parent, string RetiringPrincipal, PageRequest<GrantView> Page)
    : IOperation<Page<GrantView>>
{
    Verb IOperation<Page<GrantView>>.Verb { get; } = new("list_retirable_grants", OperationClass.AdminRead);

    Demand IOperation<Page<GrantView>>.Demand => Demand.On(Permission.GrantsListRetirable, Parent);

    void IOperation<Page<GrantView>>.Describe(RecordDraft draft)
    {
        draft.Resource = Parent.ToString();
        draft.Project = Parent.Project.Value;
        draft.Parameter("retiring_principal", RetiringPrincipal);
    }

    ValueTask<Outcome<Page<GrantView>>> IOperation<Page<GrantView>>.RunAsync(Passage passage) => new(Run(passage));

    private Outcome<Page<GrantView>> Run(Passage passage)
    {
        var snapshot = passage.Snapshot;
        if (PrincipalName.Find(snapshot, RetiringPrincipal) is not { } principal)
            return GrantRefusals.NoPrincipal(RetiringPrincipal);
        if (snapshot.Find(Parent.Project) is not { } project)
            return KeyRefusals.NotFound(Parent.Project.FullName);
        var views = Retirable(passage, project, principal).ToList();
        var request = Page with { Query = $"{Page.Query}\n{principal}" };
        return Paging.Cut(passage, $"{Parent}/retirableGrants", request, after => views.SkipWhile(v =>
            after is not null && string.CompareOrdinal(NameOf(v), after) <= 0), NameOf, views.Count);
    }

    private IEnumerable<GrantView> Retirable(Passage passage, ProjectEntry project, string principal) =>
        (from ring in project.Rings.After(null)
         where ring.Ring.Name.Parent == Parent
         from key in ring.Keys.After(null)
         where key.Grants.Count > 0
         from grant in key.Grants.After(null)
         where grant.RetiringPrincipal == principal && key.Grants.IsGoodAt(grant, passage.Now)
         select GrantView.Of(passage.Snapshot, key.Key, grant)).OrderBy(NameOf, StringComparer.Ordinal);

    private static string NameOf(GrantView view) => view.Grant.FullName;
}
