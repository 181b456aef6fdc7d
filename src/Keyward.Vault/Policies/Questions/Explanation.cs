using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.Questions;

/// <summary>An answer to a question of rights with every rule that was looked at. The answer is
/// <see cref="Authority"/>'s own; the findings show what it had before it.</summary>
/// <param name="Decisive">The rule that decided, such as <c>project: roles/owner</c>; null where nothing
/// allowed.</param>
/// <param name="Note">What else bears on it: a principal that is switched off, a key policy that does not
/// delegate.</param>
public sealed record Explanation(
    bool Allowed, string Principal, string Permission, string Resource, string? Decisive, string? Note,
    IReadOnlyList<Finding> Findings)
{
    internal static Explanation Of(
        Snapshot snapshot, Caller caller, in Demand demand, in Circumstances circumstances)
    {
        var decision = Authority.Decide(snapshot, caller, demand, circumstances);
        var note = Standing(snapshot, caller);
        var rule = decision.Rule is { } label ? Show(label) : null;
        return new Explanation(decision.Allowed && note is null, caller.Member, demand.Permission.Name(),
            demand.Resource, note is null ? rule : null, note ?? KeyNote(snapshot, demand),
            LookedAt(snapshot, caller, demand, circumstances));
    }

    private static string Show(RuleLabel label) => label.Document is RuleLabel.Bindings or ""
        ? $"{label.At}: {label.Rule}"
        : $"{label.At}: {label.Document} {label.Rule}";

    /// <summary>The first thing that is judged: who is switched off may nothing, whatever policies say.</summary>
    private static string? Standing(Snapshot snapshot, Caller caller)
    {
        if (caller.Type != Caller.ServiceAccountType) return null;
        if (!snapshot.Accounts.TryGetValue(caller.Email, out var account)) return "There is no such service account.";
        return account.State == StandingState.Active ? null : "The service account is disabled or deleted.";
    }

    private static string? KeyNote(Snapshot snapshot, in Demand demand) =>
        new PolicyChain(snapshot, demand).KeyPolicy is null
            ? null
            : "The key has a policy of its own: what stands above counts only where that policy delegates.";

    private static List<Finding> LookedAt(
        Snapshot snapshot, Caller caller, in Demand demand, in Circumstances circumstances)
    {
        var question = new Question(snapshot, caller, demand, circumstances);
        var chain = new PolicyChain(snapshot, demand);
        var found = new List<Finding>();
        for (var level = 0; level < PolicyChain.Levels; level++)
            foreach (var statement in chain[level].Deny.Statements)
                Add(found, ref question, statement, PolicyChain.NameOf(level, demand));
        if (chain.KeyPolicy is { } keyPolicy)
            foreach (var statement in keyPolicy.Statements)
                Add(found, ref question, statement, PolicyChain.KeyName);
        foreach (var statement in snapshot.StatementsOf(caller)) Add(found, ref question, statement, "principal");
        for (var level = PolicyChain.Levels - 1; level >= 0; level--)
            foreach (var statement in chain[level].Policy.Statements)
                Add(found, ref question, statement, PolicyChain.NameOf(level, demand));
        return found;
    }

    private static void Add(List<Finding> found, ref Question question, Statement statement, string at)
    {
        var bearing = statement.Judge(ref question, out var why);
        var label = statement.Label;
        found.Add(new Finding(label.At.Length > 0 ? label.At : at, label.Document, label.Rule,
            statement.Effect == Effect.Deny, BearingLabel(bearing), [.. statement.Principals.Members.Order()],
            statement.Condition?.Text, why));
    }

    private static string BearingLabel(Bearing bearing) => bearing switch
    {
        Bearing.Applies => "applies",
        Bearing.OtherPermission => "other_permission",
        Bearing.OtherPrincipal => "other_principal",
        Bearing.OtherResource => "other_resource",
        Bearing.ConditionDoesNotHold => "condition_does_not_hold",
        Bearing.ConditionFails => "condition_fails",
        Bearing.Unspecified => "unspecified",
    };
}
