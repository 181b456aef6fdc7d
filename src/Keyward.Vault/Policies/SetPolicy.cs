using System.Text;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies;

/// <summary>Replaces a resource's policy. With an etag the policy must still be the one that was read.</summary>
public sealed record SetPolicy(PolicyTarget Target, IReadOnlyList<Binding> Bindings, byte[]? Etag)
    : IOperation<PolicyView>
{
    Verb IOperation<PolicyView>.Verb { get; } = new("set_policy", OperationClass.AdminWrite);

    Demand IOperation<PolicyView>.Demand => Target.ToWrite;

    void IOperation<PolicyView>.Describe(RecordDraft draft)
    {
        draft.Resource = Target.FullName;
        draft.Parameter("bindings", Bindings.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    ValueTask<Outcome<PolicyView>> IOperation<PolicyView>.RunAsync(Passage passage) => Judge() is { } refusal
        ? new(refusal)
        : passage.ChangeAsync(Target.ToWrite, draft => Change(draft, passage.Caller));

    private Refusal? Judge()
    {
        if (Bindings.Count > Policy.MaximumBindings) return Invalid(
            $"A policy has at most {Policy.MaximumBindings} bindings.");
        if (Bindings.Sum(b => b.Members.Count) > Policy.MaximumMembers)
            return Invalid($"A policy has at most {Policy.MaximumMembers} members.");
        foreach (var binding in Bindings)
        {
            if (!Roles.Exists(binding.Role)) return Invalid("A binding's role is not one of the predefined roles.");
            if (!binding.Members.All(Members.IsValid))
                return Invalid("A member has the form serviceAccount:EMAIL, user:EMAIL, group:EMAIL, domain:NAME, " +
                    "principal://…, principalSet://…, allUsers or allAuthenticatedUsers.");
        }

        return null;
    }

    private Outcome<PolicyView> Change(ChangeDraft draft, Caller caller)
    {
        if (Target.Find(draft.Snapshot) is not { } old)
            return new Refusal(RefusalReason.NotFound, $"{Target.FullName} not found.", Target.FullName);
        if (Etag is { Length: > 0 } etag && !etag.AsSpan().SequenceEqual(old.Etag))
            return new Refusal(RefusalReason.StaleEtag,
                "The policy was changed since it was read. Read it again and set it with its new etag.",
                    Target.FullName);
        var policy = new Policy(Merged());
        var text = policy.ToText();
        if (Encoding.UTF8.GetByteCount(text) > Policy.MaximumSizeBytes)
            return Invalid($"A policy has at most {Policy.MaximumSizeBytes} bytes.");
        var state = new PolicyState(policy, text, old.Revision + 1);
        Target.Put(draft, state);
        if (LocksOut(draft.Snapshot, caller)) return Invalid(
            "With this policy nobody could change the deployment's policy any more.");
        Record(draft.Record, old.Policy, policy);
        return new PolicyView(policy, state.Etag, state.Revision);
    }

    /// <summary>One binding a role, members in their first order without doubles, as Google returns them.</summary>
    private List<Binding> Merged() => [.. Bindings.GroupBy(b => b.Role)
        .Select(g => new Binding(g.Key, [.. g.SelectMany(b => b.Members).Distinct()])).Where(b => b.Members.Count > 0)];

    /// <summary>A project's or key's policy can be mended from above; the deployment's cannot.</summary>
    private bool LocksOut(Snapshot snapshot, Caller caller) => Target == PolicyTarget.Deployment
        && !Authority.Decide(snapshot, caller, Target.ToWrite).Allowed;

    private static void Record(RecordDraft record, Policy old, Policy policy)
    {
        var before = Pairs(old);
        var after = Pairs(policy);
        foreach (var added in after.Except(before)) record.Changed("added", null, added);
        foreach (var removed in before.Except(after)) record.Changed("removed", removed, null);
    }

    private static HashSet<string> Pairs(Policy policy) =>
        [.. policy.Bindings.SelectMany(b => b.Members.Select(m => $"{b.Role} {m}"))];

    private static Refusal Invalid(string sentence) => new(RefusalReason.InvalidArgument, sentence);
}
