using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>A credential for an account confers all that the account may do: who makes one must hold as much.
/// Otherwise a key administrator without use rights would help himself to them through an account that has them. What
/// stands under a condition counts as held by the account and as not held by the caller.</summary>
internal static class Conferring
{
    public static Refusal? Missing(Snapshot snapshot, Caller caller, ServiceAccount account, DateTimeOffset now)
    {
        if (caller.Type == Caller.SystemType || caller.Email == account.Email) return null;
        var taker = Identities.CallerOf(account, "");
        var most = new Circumstances(now, Assumption: Assumption.Most);
        var least = new Circumstances(now, Assumption: Assumption.Least);
        var names = snapshot.GroupsOf(taker).Add(taker.Member);
        foreach (var permission in Enum.GetValues<Permission>())
        {
            if (permission == Permission.None) continue;
            foreach (var demand in Places(snapshot, names, permission))
                if (Authority.Decide(snapshot, taker, demand, most).Allowed
                    && !Authority.Decide(snapshot, caller, demand, least).Allowed) return Authority.Refuse(demand);
        }

        return null;
    }

    /// <summary>Everywhere that a policy names the account or a group of it: nowhere else does it hold a right that
    /// others do not hold too.</summary>
    private static IEnumerable<Demand> Places(
        Snapshot snapshot, IReadOnlyList<string> names, Permission permission)
    {
        yield return Demand.OnDeployment(permission);
        foreach (var project in snapshot.Projects.After(null))
        {
            if (Names(project.Project.Policy, names)) yield return Demand.On(permission, project.Project.Id);
            foreach (var ring in project.Rings.After(null))
            {
                if (Names(ring.Ring.Policy, names)) yield return Demand.On(permission, ring.Ring.Name);
                foreach (var key in ring.Keys.After(null))
                    if (Names(key.Key.Policy, names)) yield return Demand.On(permission, key.Key.Name);
            }
        }
    }

    private static bool Names(PolicyState policy, IReadOnlyList<string> names) =>
        !policy.IsEmpty && (policy.Policy.Bindings.Any(b => b.Members.Any(names.Contains))
            || policy.KeyPolicy?.Statements.Any(s => s.Principals.Members.Any(names.Contains)) == true);
}
