using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.CustomRoles;

/// <summary>How a custom role comes to be and changes: its permissions exist, whoever adds one must hold it, and nobody
/// is locked out by what it loses.</summary>
internal static class PutRole
{
    private const int MaximumTitleLength = 100;
    private const int MaximumDescriptionLength = 256;
    private const int MaximumPermissions = 300;

    public static Refusal? Judge(string title, string description, IReadOnlyList<string> permissions)
    {
        if (title.Length > MaximumTitleLength || description.Length > MaximumDescriptionLength)
            return PolicyRules.Invalid($"A role's title has at most {MaximumTitleLength} characters, " +
                $"its description {MaximumDescriptionLength}.");
        if (permissions.Count > MaximumPermissions)
            return PolicyRules.Invalid($"A role has at most {MaximumPermissions} permissions.");
        foreach (var name in permissions)
            if (!PermissionNames.TryParse(name, out _))
                return PolicyRules.Invalid(name.Contains('*', StringComparison.Ordinal)
                    ? "A role names its permissions one by one, without wildcards."
                    : "A role's permission is not one that exists.");
        return null;
    }

    /// <param name="old">Null for a new one.</param>
    public static Outcome<CustomRole> Put(ChangeDraft draft, CustomRole? old, CustomRole role, Caller caller)
    {
        if (Judge("", "", role.Permissions) is { } refusal) return refusal;
        var target = role.Project is { } project ? PolicyTarget.Of(project) : PolicyTarget.Deployment;
        role = new CustomRole(role.Name, role.Title, role.Description, [.. role.Permissions.Distinct().Order()],
            role.Stage, role.State, role.CreateTime, (old?.Revision ?? 0) + 1) { Seq = draft.Seq };
        var added = role.Mask - (old?.Mask ?? PermissionMask.None);
        if (MaximumRole.Exceeds(draft.Snapshot, caller, target, added, draft.Now) is { } exceeds) return exceeds;
        draft.Put(role);
        draft.PutRevision(role.Name, role.Revision, RoleText.Of(role));
        if (old is not null && Lockout.Judge(draft.Snapshot, target, caller, draft.Now) is { } locked) return locked;
        foreach (var name in role.Permissions.Except(old?.Permissions ?? [])) draft.Record.Changed("added", null, name);
        foreach (var name in (old?.Permissions ?? []).Except(role.Permissions))
            draft.Record.Changed("removed", name, null);
        if (old is not null && old.State != role.State)
            draft.Record.Changed("state", old.State.ToString(), role.State.ToString());
        return role;
    }
}
