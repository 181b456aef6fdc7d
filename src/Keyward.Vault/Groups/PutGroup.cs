using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Groups;

/// <summary>How a group comes to be and changes. Membership confers all that the group may do: who takes somebody in
/// must hold as much, or the right to confer.</summary>
internal static class PutGroup
{
    private const int MaximumDescriptionLength = 256;

    public static Refusal? Judge(string description, IReadOnlyList<string> members)
    {
        if (description.Length > MaximumDescriptionLength)
            return PolicyRules.Invalid($"A description has at most {MaximumDescriptionLength} characters.");
        return members.All(m => Members.IsValid(m) && !m.StartsWith("all", StringComparison.Ordinal)
            && !m.StartsWith("group:", StringComparison.Ordinal))
            ? null
            : PolicyRules.Invalid("A group's member has the form serviceAccount:EMAIL, user:EMAIL, domain:NAME, " +
                "principal://… or principalSet://…; groups hold no groups.");
    }

    /// <param name="old">Null for a new one.</param>
    public static Outcome<PrincipalGroup> Put(
        ChangeDraft draft, PrincipalGroup? old, PrincipalGroup group, Caller caller)
    {
        if (group.Members.Count > PrincipalGroup.MaximumMembers)
            return PolicyRules.Invalid($"A group has at most {PrincipalGroup.MaximumMembers} members.");
        group = group with
        {
            Members = [.. group.Members.Distinct()], Revision = (old?.Revision ?? 0) + 1, Seq = draft.Seq,
        };
        IReadOnlyList<string> before = old?.State == StandingState.Active ? old.Members : [];
        IReadOnlyList<string> after = group.State == StandingState.Active ? group.Members : [];
        if (after.Except(before).Any()
            && Conferring.Missing(draft.Snapshot, caller, group, draft.Now) is { } missing) return missing;
        draft.Put(group);
        draft.PutRevision(GroupNames.Of(group.Email), group.Revision, GroupText.Of(group));
        if (JudgeLockout(draft, group, caller) is { } lockedOut) return lockedOut;
        foreach (var member in after.Except(before)) draft.Record.Changed("added", null, member);
        foreach (var member in before.Except(after)) draft.Record.Changed("removed", member, null);
        return group;
    }

    private static Refusal? JudgeLockout(ChangeDraft draft, PrincipalGroup group, Caller caller) =>
        Lockout.Judge(draft.Snapshot, PolicyTarget.Deployment, caller, draft.Now)
        ?? (group.Project is { } project
            ? Lockout.Judge(draft.Snapshot, PolicyTarget.Of(project), caller, draft.Now)
            : null);
}
