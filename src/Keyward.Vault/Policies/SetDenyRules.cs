using System.Globalization;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies;

/// <summary>Replaces a resource's deny rules. Who lifts one gives back what it forbade, so he must be allowed to confer
/// it.</summary>
public sealed record SetDenyRules(PolicyTarget Target, IReadOnlyList<DenyRule> Rules, byte[]? Etag)
    : IOperation<PolicyView>
{
    private const int MaximumNameLength = 63;

    Verb IOperation<PolicyView>.Verb { get; } = new("set_deny_rules", OperationClass.AdminWrite);

    Demand IOperation<PolicyView>.Demand => Target.For(Permission.DenyPoliciesUpdate);

    void IOperation<PolicyView>.Describe(RecordDraft draft)
    {
        draft.Resource = Target.FullName;
        draft.Parameter("rules", Rules.Count.ToString(CultureInfo.InvariantCulture));
    }

    ValueTask<Outcome<PolicyView>> IOperation<PolicyView>.RunAsync(Passage passage) => Judge() is { } refusal
        ? new(refusal)
        : passage.ChangeAsync(Target.For(Permission.DenyPoliciesUpdate), draft => Change(draft, passage.Caller));

    private Refusal? Judge()
    {
        if (Rules.Count > DenyRule.MaximumRules)
            return PolicyRules.Invalid($"A resource has at most {DenyRule.MaximumRules} deny rules.");
        if (Rules.Select(r => r.Name).Distinct().Count() != Rules.Count)
            return PolicyRules.Invalid("Two deny rules have the same name.");
        if (Rules.Sum(r => r.Principals.Count + r.ExceptPrincipals.Count) > Policy.MaximumMembers)
            return PolicyRules.Invalid($"Deny rules have at most {Policy.MaximumMembers} principals in all.");
        foreach (var rule in Rules)
        {
            if (rule.Name.Length is 0 or > MaximumNameLength
                || !rule.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                return PolicyRules.Invalid(
                    $"A deny rule's name has 1 to {MaximumNameLength} letters, digits, hyphens and underscores.");
            if (rule.Principals.Count == 0 || rule.Permissions.Count == 0)
                return PolicyRules.Invalid("A deny rule names principals and permissions.");
            if (!rule.Principals.Concat(rule.ExceptPrincipals).All(Members.IsValid))
                return PolicyRules.Invalid("A deny rule's principal does not have the form of a member.");
            if (!rule.Permissions.Concat(rule.ExceptPermissions).All(DenyRules.NamesAny))
                return PolicyRules.Invalid("A deny rule's permission is not one that exists; * may stand in it.");
            if (rule.Condition is { } condition && PolicyRules.Judge(condition) is { } refusal) return refusal;
        }

        return null;
    }

    private Outcome<PolicyView> Change(ChangeDraft draft, Caller caller)
    {
        if (!Target.FindAsRead(draft.Snapshot, Etag).TryGet(out var old, out var refusal)) return refusal;
        var rules = new DenyRules(Rules);
        return MaximumRole.Exceeds(
            draft.Snapshot, caller, Target, DenyRules.Lifted(old.Deny, rules), draft.Now) is { } exceeds
                ? exceeds
                : PutPolicy.Put(draft, Target, old.Next(rules), caller);
    }
}
