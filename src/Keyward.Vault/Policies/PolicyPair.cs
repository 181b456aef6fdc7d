namespace Keyward.Vault.Policies;

/// <summary>One role of one member, the smallest thing that a change of bindings adds or removes.</summary>
internal readonly record struct PolicyPair(string Role, string Member, Condition? Condition)
{
    public static HashSet<PolicyPair> Of(Policy policy) => [.. policy.Bindings.SelectMany(
        b => b.Members.Select(m => new PolicyPair(b.Role, m, b.Condition)))];

    public override string ToString() =>
        Condition is null ? $"{Role} {Member}" : $"{Role} {Member} if {Condition.Title}";
}
