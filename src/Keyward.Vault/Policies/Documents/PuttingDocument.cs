using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.Documents;

/// <summary>What is judged of a document when it is put, wherever: that it compiles, that whom it names is there, and
/// that nobody confers what he does not hold.</summary>
internal static class PuttingDocument
{
    public static Refusal Malformed(string problem) => new(RefusalReason.MalformedPolicy, problem);

    public static Outcome<PolicyDocument> Compile(Snapshot snapshot, string text, DocumentKind kind)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(text) > PolicyDocument.MaximumSizeBytes)
            return new Refusal(RefusalReason.QuotaExceeded,
                $"A policy document has at most {PolicyDocument.MaximumSizeBytes} bytes.");
        if (PolicyDocument.Compile(text, kind, out var problem) is not { } document) return Malformed(problem!);
        return document.PrincipalNames.All(n => PrincipalName.Find(snapshot, n) is not null)
            ? document
            : Malformed("Policy contains a statement with one or more invalid principals.");
    }

    /// <summary>The rights that a document confers and an older one did not. To hand the decision on to an account
    /// confers nothing: that account's policies do.</summary>
    public static PermissionMask Conferred(IEnumerable<Statement> statements, IEnumerable<Statement> before) =>
        Conferred(statements) - Conferred(before);

    /// <summary>Puts a key's document into its row. The caller must be able to put another one afterwards, unless he
    /// says that he knows.</summary>
    public static Outcome<string> Put(
        ChangeDraft draft, Passage passage, KeyName key, string text, bool bypassesLockoutCheck)
    {
        var target = PolicyTarget.Of(key);
        var old = target.Find(draft.Snapshot)!;
        if (!Compile(draft.Snapshot, text, DocumentKind.Key).TryGet(out var document, out var refusal)) return refusal;
        var conferred = Conferred(document.Statements, old.KeyPolicy?.Statements ?? []);
        if (MaximumRole.Exceeds(draft.Snapshot, passage.Caller, target, conferred, draft.Now) is { } exceeds)
            return exceeds;
        target.Put(draft, old.Next(new KeyPolicy(text)));
        var circumstances = passage.Circumstances with { Now = draft.Now };
        if (!bypassesLockoutCheck
            && !Authority.Decide(draft.Snapshot, passage.Caller, target.ToWrite, circumstances).Allowed)
            return Malformed("The new key policy will not allow you to update the key policy in the future.");
        Record(draft.Record, RuleLabel.KeyPolicy, old.KeyPolicy?.Text ?? "default", text);
        return text;
    }

    /// <summary>Notes a document's change, and before it what the document opens: its text may be cut.</summary>
    public static void Record(RecordDraft record, string field, string? old, string? text)
    {
        if (text is not null && PolicyWidth.OfDocument(text) is { } opens)
            record.Changed(PolicyWidth.Field, null, opens);
        record.Changed(field, old, text);
    }

    private static PermissionMask Conferred(IEnumerable<Statement> statements) => statements
        .Where(s => s.Effect == Effect.Allow && s.Principals.IsSomebody)
        .Aggregate(PermissionMask.None, (mask, s) => mask | s.Permissions.Mask);
}
