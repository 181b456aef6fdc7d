using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>A credential for an account confers all that the account may do: who makes one must hold as much.
/// Otherwise a
/// key administrator without use rights would help himself to them through an account that has them.</summary>
internal static class Conferring
{
    public static Refusal? Missing(Snapshot snapshot, Caller caller, ServiceAccount account)
    {
        if (caller.Type == Caller.SystemType || caller.Email == account.Email) return null;
        var taker = Identities.CallerOf(account, "");
        foreach (var permission in Enum.GetValues<Permission>())
        {
            if (permission == Permission.None) continue;
            foreach (var demand in Places(snapshot, account, permission))
                if (Authority.Decide(snapshot, taker, demand).Allowed
                    && !Authority.Decide(snapshot, caller, demand).Allowed) return Authority.Refuse(demand);
        }

        return null;
    }

    /// <summary>Everywhere that a policy names the account: nowhere else does it hold a right.</summary>
    private static IEnumerable<Demand> Places(Snapshot snapshot, ServiceAccount account, Permission permission)
    {
        yield return Demand.OnDeployment(permission);
        var member = "serviceAccount:" + account.Email;
        foreach (var project in snapshot.Projects.After(null))
        {
            if (Names(project.Project.Policy, member)) yield return Demand.On(permission, project.Project.Id);
            foreach (var ring in project.Rings.After(null))
            {
                if (Names(ring.Ring.Policy, member)) yield return Demand.On(permission, ring.Ring.Name);
                foreach (var key in ring.Keys.After(null))
                    if (Names(key.Key.Policy, member)) yield return Demand.On(permission, key.Key.Name);
            }
        }
    }

    private static bool Names(PolicyState policy, string member) =>
        policy.Text?.Contains(member, StringComparison.Ordinal) == true;
}
