using System.Collections.Immutable;
using Keyward.Vault.Groups;
using Keyward.Vault.Names;
using Keyward.Vault.Policies.CustomRoles;
using Keyward.Vault.Policies.Revisions;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.Questions;

/// <summary>The state of rights as it was at a time, rebuilt from revisions: the policies that bear on one resource,
/// all custom roles and all groups. All else is of today.</summary>
internal static class PastPolicies
{
    public static Snapshot At(Snapshot snapshot, PolicyTarget target, DateTimeOffset time)
    {
        var past = snapshot with { DeploymentPolicy = PolicyAt(snapshot, PolicyTarget.Deployment, time) };
        if (target.InProject is { } project && past.Find(project) is { } entry)
        {
            past = past.Replace(entry.Project with { Policy = PolicyAt(snapshot, PolicyTarget.Of(project), time) });
            var ring = target.Ring ?? target.Key?.Parent ?? target.Job?.Parent;
            if (ring is { } name && past.Find(name) is { } ringEntry)
                past = past.Replace(ringEntry.Ring with { Policy = PolicyAt(snapshot, PolicyTarget.Of(name), time) });
            if (target.Key is { } key && past.Find(key) is { } keyEntry)
                past = past.Replace(keyEntry.Key with { Policy = PolicyAt(snapshot, target, time) });
        }

        return WithGroups(WithRoles(past, time), time);
    }

    private static PolicyState PolicyAt(Snapshot snapshot, PolicyTarget target, DateTimeOffset time) =>
        At(snapshot, target.FullName, time) is { } revision
            ? PolicyState.Parse(revision.Text, revision.Number)
            : PolicyState.None;

    private static Snapshot WithRoles(Snapshot snapshot, DateTimeOffset time) => snapshot with
    {
        CustomRoles = snapshot.CustomRoles.Values
            .Select(r => (Role: r, Revision: At(snapshot, r.Name, time)))
            .Where(r => r.Revision is not null)
            .ToImmutableDictionary(r => r.Role.Name, r => Rebuilt(r.Role, r.Revision!), StringComparer.Ordinal),
    };

    private static CustomRole Rebuilt(CustomRole role, Revision revision)
    {
        var text = RoleText.Parse(revision.Text);
        return new CustomRole(role.Name, text.Title, text.Description, text.Permissions, text.Stage, text.State,
            role.CreateTime, revision.Number);
    }

    private static Snapshot WithGroups(Snapshot snapshot, DateTimeOffset time)
    {
        var past = snapshot with { Groups = snapshot.Groups.Clear(), GroupsByMember = snapshot.GroupsByMember.Clear() };
        foreach (var group in snapshot.Groups.Values)
            if (At(snapshot, GroupNames.Of(group.Email), time) is { } revision)
                past = past.Replace(GroupText.Parse(revision.Text).On(group));
        return past;
    }

    private static Revision? At(Snapshot snapshot, string subject, DateTimeOffset time) =>
        snapshot.Revisions.GetValueOrDefault(subject, []).FindLast(r => r.Time <= time);
}
