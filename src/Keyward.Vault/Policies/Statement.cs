using Keyward.Vault.Policies.Documents;

namespace Keyward.Vault.Policies;

/// <summary>Why a statement does or does not bear on a question.</summary>
internal enum Bearing
{
    Unspecified = 0,
    Applies = 1,
    OtherPermission = 2,
    OtherPrincipal = 3,
    OtherResource = 4,
    ConditionDoesNotHold = 5,

    /// <summary>Of an allow: it does not apply. A deny with a failing condition applies.</summary>
    ConditionFails = 6,
}

/// <summary>The internal form that the policy languages of all doors are compiled into: an effect for some permissions,
/// for some principals, on some resources, under a condition. Immutable.</summary>
internal sealed record Statement(Effect Effect, Principals Principals, PermissionSet Permissions, RuleLabel Label)
{
    /// <summary>Null: whatever lies at or below the place where the statement stands.</summary>
    public ArnMatcher? Resources { get; init; }

    public ICondition? Condition { get; init; }

    /// <summary>Whether it bears on the question and names the caller.</summary>
    public bool Applies(ref Question question) => Judge(ref question, out _) == Bearing.Applies;

    /// <summary>Whether it hands the decision on to an account: the same but for whom it names.</summary>
    public bool Delegates(ref Question question, string account) =>
        Permissions.Contains(question.Snapshot, question.Permission) && Principals.NamesAccount(account)
        && JudgeCircumstances(ref question, out _) == Bearing.Applies;

    /// <param name="why">What went wrong in the condition, if something did.</param>
    public Bearing Judge(ref Question question, out string? why)
    {
        why = null;
        if (!Permissions.Contains(question.Snapshot, question.Permission)) return Bearing.OtherPermission;
        return Principals.Names(question.Caller, question.Groups)
            ? JudgeCircumstances(ref question, out why)
            : Bearing.OtherPrincipal;
    }

    private Bearing JudgeCircumstances(ref Question question, out string? why)
    {
        why = null;
        if (Resources is { } resources && !resources.Matches(question.Facts)) return Bearing.OtherResource;
        if (Condition is null) return Bearing.Applies;
        if (question.Assumption != Assumption.None)
            return (Effect == Effect.Allow) == (question.Assumption == Assumption.Most)
                ? Bearing.Applies
                : Bearing.ConditionDoesNotHold;
        var result = Condition.Judge(question.Facts);
        why = result.Why;
        return result.Verdict switch
        {
            Verdict.Holds => Bearing.Applies,
            Verdict.DoesNotHold => Bearing.ConditionDoesNotHold,
            Verdict.Fails or Verdict.Unspecified => Effect == Effect.Deny ? Bearing.Applies : Bearing.ConditionFails,
        };
    }
}
