using Keyward.Vault.Gate;
using Keyward.Vault.Groups;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>A credential for an account confers all that the account may do, a group's membership all that the group
/// may: who gives one must hold as much. Otherwise a key administrator without use rights would help himself to them
/// through somebody who has them. What stands under a condition counts as held by the taker and as not held by the
/// giver.</summary>
internal static class Conferring
{
    public static Refusal? Missing(Snapshot snapshot, Caller caller, ServiceAccount account, DateTimeOffset now)
    {
        if (caller.Type == Caller.SystemType || caller.Email == account.Email) return null;
        var taker = Identities.CallerOf(account, "");
        string[] names = [taker.Member, .. snapshot.GroupsOf(taker), .. PrincipalName.ArnsOf(snapshot, taker)];
        return Missing(snapshot, caller, taker, names, now, mayConfer: false);
    }

    /// <summary>Here the right to confer suffices: who has it could bind the roles to the member himself.</summary>
    public static Refusal? Missing(Snapshot snapshot, Caller caller, PrincipalGroup group, DateTimeOffset now)
    {
        if (caller.Type == Caller.SystemType) return null;
        var taker = new Caller("group", group.Email, "", group.Project, null)
        {
            Member = "", MoreMembers = [group.Member],
        };
        return Missing(snapshot, caller, taker, [group.Member], now, mayConfer: true);
    }

    private static Refusal? Missing(Snapshot snapshot, Caller caller, Caller taker, IReadOnlyList<string> names,
        DateTimeOffset now, bool mayConfer)
    {
        var most = new Circumstances(now, Assumption: Assumption.Most);
        var least = new Circumstances(now, Assumption: Assumption.Least);
        // What an account's own policies allow may be meant for any key of its project.
        var everywhere = snapshot.StatementsOf(taker).Count > 0 ? taker.Project : null;
        foreach (var place in Places(snapshot, names, everywhere))
        {
            if (mayConfer && Authority.Decide(snapshot, caller, place.For(Permission.RolesConfer), least).Allowed)
                continue;
            foreach (var permission in Enum.GetValues<Permission>())
            {
                if (permission == Permission.None) continue;
                var demand = place.For(permission);
                if (Authority.Decide(snapshot, taker, demand, most).Allowed
                    && !Authority.Decide(snapshot, caller, demand, least).Allowed) return Authority.Refuse(demand);
            }
        }

        return null;
    }

    /// <summary>Everywhere that a policy or a grant names the taker: nowhere else does it hold a right that others do
    /// not hold too.</summary>
    private static IEnumerable<PolicyTarget> Places(
        Snapshot snapshot, IReadOnlyList<string> names, Names.ProjectId? everywhere)
    {
        yield return PolicyTarget.Deployment;
        foreach (var project in snapshot.Projects.After(null))
        {
            var isAll = project.Project.Id == everywhere;
            if (isAll || Names(project.Project.Policy, names)) yield return PolicyTarget.Of(project.Project.Id);
            foreach (var ring in project.Rings.After(null))
            {
                if (Names(ring.Ring.Policy, names)) yield return PolicyTarget.Of(ring.Ring.Name);
                foreach (var job in ring.ImportJobs.After(null))
                    if (Names(job.Policy, names)) yield return PolicyTarget.Of(job.Name);
                foreach (var key in ring.Keys.After(null))
                    if (isAll || Names(key.Peek().Key.Policy, names) || names.Any(n => !key.Grants.Of(n).IsEmpty))
                        yield return PolicyTarget.Of(key.Name);
            }
        }
    }

    private static bool Names(PolicyState policy, IReadOnlyList<string> names) =>
        !policy.IsEmpty && (policy.Policy.Bindings.Any(b => b.Members.Any(names.Contains))
            || policy.KeyPolicy?.Statements.Any(s => s.Principals.Members.Any(names.Contains)) == true);
}
