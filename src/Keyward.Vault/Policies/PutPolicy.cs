using System.Text;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies.Documents;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies;

/// <summary>How a resource's documents change, whichever of them and however: within the size, nobody locked out, what
/// changed in the record.</summary>
internal static class PutPolicy
{
    public static Outcome<PolicyView> Put(ChangeDraft draft, PolicyTarget target, PolicyState state, Caller caller)
    {
        // A document has a limit of its own, and takes up to six bytes a character as text in text.
        var documentSizeBytes = (state.KeyPolicy?.Text.Length ?? 0) * 6;
        if (Encoding.UTF8.GetByteCount(state.Text ?? "") > Policy.MaximumSizeBytes + documentSizeBytes)
            return PolicyRules.Invalid($"A policy has at most {Policy.MaximumSizeBytes} bytes.");
        var old = target.Find(draft.Snapshot)!;
        target.Put(draft, state);
        if (Lockout.Judge(draft.Snapshot, target, caller, draft.Now) is { } lockedOut) return lockedOut;
        Record(draft.Record, old, state);
        return PolicyView.Of(state);
    }

    private static void Record(RecordDraft record, PolicyState old, PolicyState state)
    {
        // A record has room for so many changes: what weighs most comes first.
        var kept = state.Deny.Rules.Select(r => r.Name).ToHashSet();
        foreach (var rule in old.Deny.Rules.Where(r => !kept.Contains(r.Name)))
            record.Changed("deny_removed", rule.Name, null);
        foreach (var (was, now) in old.Deny.Rules.Join(state.Deny.Rules, r => r.Name, r => r.Name, (o, n) => (o, n)))
            if (was.ToText() != now.ToText())
                record.Changed(DenyRules.Weakens(was, now) ? "deny_weakened" : "deny_changed",
                    was.ToText(), now.ToText());
        if (state.KeyPolicy?.Text != old.KeyPolicy?.Text)
            PuttingDocument.Record(
                record, RuleLabel.KeyPolicy, old.KeyPolicy?.Text ?? "default", state.KeyPolicy?.Text ?? "default");
        var before = PolicyPair.Of(old.Policy);
        var after = PolicyPair.Of(state.Policy);
        foreach (var added in after.Except(before).Select(p => p.ToString()).OrderBy(PolicyWidth.RankOf))
            record.Changed("added", null, added);
        foreach (var removed in before.Except(after)) record.Changed("removed", removed.ToString(), null);
        var rules = old.Deny.Rules.Select(r => r.Name).ToHashSet();
        foreach (var rule in state.Deny.Rules.Where(r => !rules.Contains(r.Name)))
            record.Changed("deny_added", null, rule.Name);
        if (record.Arrival.Reason is { } reason) record.Parameter("reason", reason);
    }
}
