using Keyward.Vault.Gate;

namespace Keyward.Vault.Policies;

/// <summary>What conditions are taken for.</summary>
internal enum Assumption
{
    /// <summary>They are judged.</summary>
    None = 0,

    /// <summary>The question is what is allowed in any case: conditions of allows do not hold, those of denies
    /// do.</summary>
    Least = 1,

    /// <summary>The question is what may be allowed at some time: conditions of allows hold, those of denies do
    /// not.</summary>
    Most = 2,
}

/// <summary>When and how something is asked: the time, the request with its source, and what the operation shows of
/// itself. Absent parts make the conditions that look at them fail.</summary>
internal readonly record struct Circumstances(
    DateTimeOffset Now, Arrival? Arrival = null, IRequestAttributes? Attributes = null,
    Assumption Assumption = Assumption.None);
