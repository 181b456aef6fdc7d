using Keyward.Vault.Groups;
using Keyward.Vault.Policies.CustomRoles;

namespace Keyward.Vault.Policies.Revisions;

/// <summary>Something whose changes are numbered: a resource's policy, a custom role, a group (<c>groups/EMAIL</c>).
/// Exactly one of the three.</summary>
public readonly record struct RevisionSubject
{
    private const string GroupPrefix = "groups/";

    private RevisionSubject(PolicyTarget? policy, string? role, string? group) =>
        (Policy, Role, Group) = (policy, role, group);

    public PolicyTarget? Policy { get; }

    public string? Role { get; }

    /// <summary>The group's e-mail.</summary>
    public string? Group { get; }

    public string FullName => Policy?.FullName ?? Role ?? GroupPrefix + Group;

    public static bool TryParse(string name, out RevisionSubject subject)
    {
        subject = default;
        if (name.StartsWith(GroupPrefix, StringComparison.Ordinal) && Members.IsValid("group:" + name[7..]))
            subject = new RevisionSubject(null, null, name[GroupPrefix.Length..]);
        else if (RoleNames.TryParse(name, out _)) subject = new RevisionSubject(null, name, null);
        else if (PolicyTarget.TryParse(name, out var target)) subject = new RevisionSubject(target, null, null);
        else return false;
        return true;
    }

    internal Demand ToRead => Policy?.ToRead
        ?? (Role is { } role ? RoleNames.On(Permission.RolesGet, role) : GroupNames.On(Permission.GroupsGet, Group!));

    internal Demand ToWrite => Policy?.ToWrite ?? (Role is { } role
        ? RoleNames.On(Permission.RolesUpdate, role)
        : GroupNames.On(Permission.GroupsUpdate, Group!));
}
