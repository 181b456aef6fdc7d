using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies;

/// <summary>The permissions that a statement speaks of: a fixed mask, or a custom role's, which is read at use, since
/// the role may change under the policy. A custom role that is gone or switched off confers nothing.</summary>
internal readonly record struct PermissionSet(PermissionMask Mask, string? CustomRole = null)
{
    public static PermissionSet OfRole(string role) =>
        Roles.IsCustom(role) ? new PermissionSet(PermissionMask.None, role) : new PermissionSet(Roles.MaskOf(role));

    public PermissionMask In(Snapshot snapshot) => CustomRole is null ? Mask : snapshot.MaskOf(CustomRole);

    public bool Contains(Snapshot snapshot, Permission permission) => In(snapshot).Contains(permission);
}
