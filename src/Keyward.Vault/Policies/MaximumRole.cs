using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies;

/// <summary>What one can confer at a place is what one holds there in any case; who holds
/// <see cref="Permission.RolesConfer"/> can confer anything. So a key administrator cannot give himself, or a friend,
/// the use of the keys.</summary>
internal static class MaximumRole
{
    /// <summary>The refusal that names the first permission which the caller lacks.</summary>
    public static Refusal? Exceeds(
        Snapshot snapshot, Caller caller, PolicyTarget target, PermissionMask conferred, DateTimeOffset now)
    {
        var circumstances = new Circumstances(now, Assumption: Assumption.Least);
        if (conferred.IsEmpty || Authority.Decide(
            snapshot, caller, target.For(Permission.RolesConfer), circumstances).Allowed) return null;
        foreach (var permission in Enum.GetValues<Permission>())
        {
            if (permission == Permission.None || !conferred.Contains(permission)) continue;
            var demand = target.For(permission);
            if (!Authority.Decide(snapshot, caller, demand, circumstances).Allowed) return Authority.Refuse(demand);
        }

        return null;
    }
}
