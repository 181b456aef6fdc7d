using System.Globalization;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Groups;
using Keyward.Vault.Policies.CustomRoles;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.Revisions;

/// <summary>Makes a policy, role or group what it was at a revision, as a new revision: with the same rights, the same
/// limits on what can be conferred, and the same check for a lock-out as any change of it.</summary>
public sealed record RollBack(RevisionSubject Subject, long Number) : IOperation<RevisionView>
{
    Verb IOperation<RevisionView>.Verb { get; } = new("roll_back", OperationClass.AdminWrite);

    Demand IOperation<RevisionView>.Demand => Subject.ToWrite;

    void IOperation<RevisionView>.Describe(RecordDraft draft)
    {
        draft.Resource = Subject.FullName;
        draft.Parameter("revision", Number.ToString(CultureInfo.InvariantCulture));
    }

    ValueTask<Outcome<RevisionView>> IOperation<RevisionView>.RunAsync(Passage passage) =>
        passage.ChangeAsync(Subject.ToWrite, draft => Change(draft, passage));

    private Outcome<RevisionView> Change(ChangeDraft draft, Passage passage)
    {
        var known = draft.Snapshot.Revisions.GetValueOrDefault(Subject.FullName, []);
        if (known.Find(r => r.Number == Number) is not { } wanted)
            return new Refusal(RefusalReason.NotFound, $"{Subject.FullName} has no such revision.", Subject.FullName);
        if (known[^1].Text == wanted.Text) return new RevisionView(known[^1], RevisionLines.Of(Subject, known[^1]));
        if (Put(draft, passage, wanted) is { } refusal) return refusal;
        var made = draft.Snapshot.Revisions[Subject.FullName][^1];
        return new RevisionView(made, RevisionLines.Of(Subject, made));
    }

    private Refusal? Put(ChangeDraft draft, Passage passage, Revision wanted)
    {
        if (Subject.Role is { } name)
            return draft.Snapshot.CustomRoles.TryGetValue(name, out var role)
                ? PutRole.Put(draft, role, RoleText.Parse(wanted.Text).On(role), passage.Caller).Refusal
                : RoleNames.NotFound(name);
        if (Subject.Group is { } email)
            return draft.Snapshot.Groups.TryGetValue(email, out var group)
                ? PutGroup.Put(draft, group, GroupText.Parse(wanted.Text).On(group), passage.Caller).Refusal
                : GroupNames.NotFound(email);
        return PutPolicyOf(draft, passage, Subject.Policy!.Value, PolicyState.Parse(wanted.Text, wanted.Number));
    }

    private static Refusal? PutPolicyOf(
        ChangeDraft draft, Passage passage, PolicyTarget target, PolicyState wanted)
    {
        if (target.Find(draft.Snapshot) is not { } old)
            return new Refusal(RefusalReason.NotFound, $"{target.FullName} not found.", target.FullName);
        if (SetPolicy.JudgeAdded(draft, target, old.Policy, wanted.Policy, passage.Caller) is { } added) return added;
        if (!SameRules(old.Deny, wanted.Deny))
        {
            var demand = target.For(Permission.DenyPoliciesUpdate);
            var circumstances = passage.Circumstances with { Now = draft.Now };
            if (!Authority.Decide(draft.Snapshot, passage.Caller, demand, circumstances).Allowed)
                return Authority.Refuse(demand);
            if (MaximumRole.Exceeds(draft.Snapshot, passage.Caller, target, DenyRules.Lifted(old.Deny, wanted.Deny),
                draft.Now) is { } exceeds) return exceeds;
        }

        return PutPolicy.Put(draft, target, old.Next(wanted), passage.Caller).Refusal;
    }

    private static bool SameRules(DenyRules left, DenyRules right) =>
        left.Rules.Select(r => r.ToText()).SequenceEqual(right.Rules.Select(r => r.ToText()));
}
