using System.Globalization;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies;

/// <summary>Replaces the bindings or audit configurations of a resource's policy; deny rules are set apart. With an
/// etag the policy must still be the one that was read.</summary>
/// <param name="Bindings">Null leaves them.</param>
public sealed record SetPolicy(PolicyTarget Target, IReadOnlyList<Binding>? Bindings, byte[]? Etag)
    : IOperation<PolicyView>, IRequestAttributes
{
    /// <summary>Null leaves them.</summary>
    public IReadOnlyList<AuditConfig>? AuditConfigs { get; init; }

    /// <summary>Whether the caller knows of conditions. Who does not must neither set any nor overwrite what he
    /// read: he would lose them without knowing.</summary>
    public bool KnowsConditions { get; init; }

    Verb IOperation<PolicyView>.Verb { get; } = new("set_policy", OperationClass.AdminWrite);

    Demand IOperation<PolicyView>.Demand => Target.ToWrite;

    IRequestAttributes IOperation<PolicyView>.Attributes => this;

    void IOperation<PolicyView>.Describe(RecordDraft draft)
    {
        draft.Resource = Target.FullName;
        if (Bindings is not null)
            draft.Parameter("bindings", Bindings.Count.ToString(CultureInfo.InvariantCulture));
    }

    ValueTask<Outcome<PolicyView>> IOperation<PolicyView>.RunAsync(Passage passage) => Judge() is { } refusal
        ? new(refusal)
        : passage.ChangeAsync(Target.ToWrite, draft => Change(draft, passage.Caller));

    object? IRequestAttributes.Find(string name, Snapshot snapshot) => name == AttributeNames.ModifiedRoles
        ? Changes(Target.Find(snapshot)?.Policy ?? Policy.Empty, new Policy(Merged(Bindings ?? [])))
            .Select(c => c.Pair.Role).Distinct().ToArray()
        : null;

    private Refusal? Judge()
    {
        if (Bindings is { } bindings)
        {
            if (PolicyRules.Judge(bindings) is { } refusal) return refusal;
            if (!KnowsConditions && bindings.Any(b => b.Condition is not null))
                return PolicyRules.Invalid("A policy with a condition must have version 3.");
        }

        return AuditConfigs is { } configs ? PolicyRules.Judge(configs) : null;
    }

    private Outcome<PolicyView> Change(ChangeDraft draft, Caller caller)
    {
        if (!Target.FindAsRead(draft.Snapshot, Etag).TryGet(out var old, out var refusal)) return refusal;
        // Without an etag nothing was read that could be lost unawares (IAM: Policy, version): the set overwrites.
        if (Bindings is not null && !KnowsConditions && Etag is { Length: > 0 } && old.Policy.HasConditions)
            return PolicyRules.Invalid("The policy has conditional bindings: read and set it as version 3.");
        var policy = new Policy(
            Bindings is null ? old.Policy.Bindings : Merged(Bindings), AuditConfigs ?? old.Policy.AuditConfigs);
        return JudgeAdded(draft, Target, old.Policy, policy, caller) is { } exceeds
            ? exceeds
            : PutPolicy.Put(draft, Target, old.Next(policy), caller);
    }

    /// <summary>Bindings that stood before are the business of who set them; added ones must be the setter's to
    /// give.</summary>
    internal static Refusal? JudgeAdded(
        ChangeDraft draft, PolicyTarget target, Policy old, Policy policy, Caller caller)
    {
        var conferred = PermissionMask.None;
        foreach (var role in Changes(old, policy).Where(c => c.IsAdded).Select(c => c.Pair.Role).Distinct())
        {
            if (PolicyRules.JudgeRole(draft.Snapshot, role, target.InProject) is { } refusal) return refusal;
            conferred |= PermissionSet.OfRole(role).In(draft.Snapshot);
        }

        return MaximumRole.Exceeds(draft.Snapshot, caller, target, conferred, draft.Now);
    }

    /// <summary>One binding a role and condition, members in their first order without doubles, as Google returns
    /// them.</summary>
    private static List<Binding> Merged(IReadOnlyList<Binding> bindings) =>
        [.. bindings.GroupBy(b => (b.Role, b.Condition))
            .Select(g => new Binding(g.Key.Role, [.. g.SelectMany(b => b.Members).Distinct()], g.Key.Condition))
            .Where(b => b.Members.Count > 0)];

    private static IEnumerable<(PolicyPair Pair, bool IsAdded)> Changes(Policy old, Policy policy)
    {
        var before = PolicyPair.Of(old);
        var after = PolicyPair.Of(policy);
        return after.Except(before).Select(p => (p, true)).Concat(before.Except(after).Select(p => (p, false)));
    }
}
