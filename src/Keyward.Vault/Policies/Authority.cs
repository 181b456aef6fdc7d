using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies;

/// <summary>What was decided and why: where the deciding binding stands (<c>key</c>, <c>key_ring</c>, <c>project</c>,
/// <c>deployment</c>) and its role.</summary>
internal readonly record struct Decision(bool Allowed, string? At, string? Role)
{
    public static readonly Decision Refused = new(false, null, null);
}

/// <summary>The one evaluation of rights, the same for every door. A caller holds a right on a resource if a binding at
/// the deployment, the project, the key ring or the key confers it; anything else is refused. Reads the snapshot that
/// it is given and nothing besides.</summary>
internal static class Authority
{
    public static Decision Decide(Snapshot snapshot, Caller caller, in Demand demand)
    {
        var permission = demand.Permission;
        if (permission == Permission.None || caller.Type == Caller.SystemType)
            return new Decision(true, "caller", null);
        if (demand.Project is { } project && snapshot.Find(project) is { } projectEntry)
        {
            if (demand.Ring is { } ring
                && projectEntry.Rings.Find(RingEntry.NameOf(ring.Parent.Location.Value, ring.Ring)) is { } ringEntry)
            {
                if (demand.Key is { } key && ringEntry.Keys.Find(key.Key) is { } keyEntry
                    && Allows(keyEntry.Key.Policy, caller, permission) is { } onKey)
                    return new Decision(true, "key", onKey);
                if (Allows(ringEntry.Ring.Policy, caller, permission) is { } onRing)
                    return new Decision(true, "key_ring", onRing);
            }

            if (Allows(projectEntry.Project.Policy, caller, permission) is { } onProject)
                return new Decision(true, "project", onProject);
        }

        return Allows(snapshot.DeploymentPolicy, caller, permission) is { } onDeployment
            ? new Decision(true, "deployment", onDeployment)
            : Decision.Refused;
    }

    /// <summary>The same sentence whether the resource is missing or out of bounds, so that nobody learns
    /// which.</summary>
    public static Refusal Refuse(in Demand demand)
    {
        var resource = demand.Resource;
        var permission = demand.Permission.Name();
        return new Refusal(RefusalReason.PermissionDenied,
            $"Permission '{permission}' denied on resource '{resource}' (or it may not exist).", resource, permission);
    }

    private static string? Allows(PolicyState policy, Caller caller, Permission permission)
    {
        foreach (var member in caller.Members)
            if (policy.Policy.Allows(member, permission)) return policy.Policy.RuleFor(member, permission);
        return null;
    }
}
