using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.Questions;

/// <summary>Somebody who may, and by which rule.</summary>
/// <param name="Always">False where a condition decides.</param>
/// <param name="Through">The groups by which the member is one of those; empty if named itself.</param>
public sealed record Entitled(string Member, bool Always, string Rule, IReadOnlyList<string> Through);

/// <summary>Who may do something on a resource, by any document and any door: every member that a policy on its way up
/// names, and the members of groups named there.</summary>
public sealed record WhoCan(string PermissionName, AskedResource Resource) : IOperation<IReadOnlyList<Entitled>>
{
    Verb IOperation<IReadOnlyList<Entitled>>.Verb { get; } = new("who_can", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<Entitled>>.Demand => Resource.Target.ToRead;

    void IOperation<IReadOnlyList<Entitled>>.Describe(RecordDraft draft)
    {
        draft.Resource = Resource.FullName;
        draft.Parameter("asked", PermissionName);
    }

    ValueTask<Outcome<IReadOnlyList<Entitled>>> IOperation<IReadOnlyList<Entitled>>.RunAsync(Passage passage)
    {
        if (!AskedPermission.TryParse(PermissionName, out var permission)) return new(AskedPermission.Unknown);
        var demand = Resource.For(permission);
        var found = new List<Entitled>();
        foreach (var member in Candidates(passage.Snapshot, demand).Order(StringComparer.Ordinal))
            if (Judge(passage, member, demand) is { } entitled) found.Add(entitled);
        return new(found.ToArray());
    }

    private static Entitled? Judge(Passage passage, string member, in Demand demand)
    {
        var snapshot = passage.Snapshot;
        var caller = AskedPrincipal.Of(snapshot, member);
        if (caller.Type == Caller.ServiceAccountType && snapshot.Accounts.TryGetValue(caller.Email, out var account)
            && account.State != StandingState.Active) return null;
        var least = Authority.Decide(
            snapshot, caller, demand, new Circumstances(passage.Now, Assumption: Assumption.Least));
        var decision = least.Allowed ? least : Authority.Decide(
            snapshot, caller, demand, new Circumstances(passage.Now, Assumption: Assumption.Most));
        return decision is { Allowed: true, Rule: { } rule }
            ? new Entitled(member, least.Allowed, $"{rule.At}: {rule.Rule}", snapshot.GroupsOf(caller))
            : null;
    }

    private static HashSet<string> Candidates(Snapshot snapshot, in Demand demand)
    {
        var chain = new PolicyChain(snapshot, demand);
        var members = new HashSet<string>(StringComparer.Ordinal);
        for (var level = 0; level < PolicyChain.Levels; level++)
            foreach (var binding in chain[level].Policy.Bindings)
                members.UnionWith(binding.Members);
        foreach (var statement in chain.KeyPolicy?.Statements ?? [])
            members.UnionWith(statement.Principals.Members.Select(m => PrincipalName.Find(snapshot, m) ?? m));
        if (demand.Key is { } key && snapshot.Find(key) is { } entry)
            members.UnionWith(entry.Grants.After(null).Select(g => g.Grantee));
        // Its own policies name the account by standing on it.
        members.UnionWith(snapshot.Accounts.Values.Where(a => a.Policies.Statements.Count > 0)
            .Select(a => PrincipalName.AccountPrefix + a.Email));
        foreach (var group in snapshot.Groups.Values)
            if (members.Contains(group.Member) && group.State == StandingState.Active)
                members.UnionWith(group.Members);
        return members;
    }
}
