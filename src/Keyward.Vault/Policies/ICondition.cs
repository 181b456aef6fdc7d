namespace Keyward.Vault.Policies;

internal enum Verdict
{
    Unspecified = 0,
    Holds = 1,
    DoesNotHold = 2,

    /// <summary>It could not be evaluated: an allow then does not apply, a deny does.</summary>
    Fails = 3,
}

/// <summary>A condition's verdict, and for a failure the reason.</summary>
internal readonly record struct ConditionResult(Verdict Verdict, string? Why = null);

/// <summary>A compiled condition of any policy language. Evaluated on facts only; bounded in time; throws
/// nothing.</summary>
internal interface ICondition
{
    /// <summary>As it was written, for explanations.</summary>
    string Text { get; }

    ConditionResult Judge(Facts facts);
}
