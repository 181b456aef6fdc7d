namespace Keyward.Vault.Policies;

/// <summary>Resources by patterns of their full names, with <c>*</c> and <c>?</c>; negated, all but those.</summary>
/// <param name="Patterns">Full names as Google writes them; a document in other words is compiled to these.</param>
internal sealed record ResourceMatcher(IReadOnlyList<string> Patterns, bool Negated = false)
{
    public bool Matches(Facts facts)
    {
        foreach (var pattern in Patterns)
            if (Wildcard.Matches(pattern, facts.ResourceName)) return !Negated;
        return Negated;
    }
}
