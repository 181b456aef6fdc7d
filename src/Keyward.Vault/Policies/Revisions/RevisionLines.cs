using Keyward.Vault.Groups;
using Keyward.Vault.Policies.CustomRoles;

namespace Keyward.Vault.Policies.Revisions;

/// <summary>A revision as lines, one for each thing that can come and go, so that two revisions compare line by
/// line.</summary>
internal static class RevisionLines
{
    public static IReadOnlyList<string> Of(RevisionSubject subject, Revision revision)
    {
        if (subject.Role is not null) return OfRole(RoleText.Parse(revision.Text));
        return subject.Group is not null
            ? OfGroup(GroupText.Parse(revision.Text))
            : OfPolicy(PolicyState.Parse(revision.Text, revision.Number));
    }

    private static IReadOnlyList<string> OfPolicy(PolicyState state) =>
    [
        .. state.Policy.Bindings.SelectMany(b => b.Members.Select(m => b.Condition is { } condition
            ? $"binding {b.Role} {m} if {condition.Title}: {condition.Expression}"
            : $"binding {b.Role} {m}")),
        .. state.Deny.Rules.Select(r => "deny " + r.ToText()),
        .. state.Policy.AuditConfigs.SelectMany(c => c.LogTypes.Select(t =>
            $"audit {c.Service} {t.Type} {string.Join(' ', t.ExemptedMembers)}".TrimEnd())),
        .. state.KeyPolicy is { } own ? own.Text.Split('\n').Select(l => "key policy " + l.TrimEnd()) : [],
    ];

    private static IReadOnlyList<string> OfRole(RoleText role) =>
    [
        "title " + role.Title, "description " + role.Description, $"stage {role.Stage}", $"state {role.State}",
        .. role.Permissions.Select(p => "permission " + p),
    ];

    private static IReadOnlyList<string> OfGroup(GroupText group) =>
        ["description " + group.Description, $"state {group.State}", .. group.Members.Select(m => "member " + m)];
}
