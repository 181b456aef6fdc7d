namespace Keyward.Vault.Policies.Documents;

/// <summary>Patterns of actions (<c>kms:Generate*</c>) as a set of rights, by the one table of <see cref="Actions"/>. A
/// right that several actions govern is allowed by a statement that covers all of them, and denied by one that covers
/// any. Actions of other services cover nothing. What AWS has no action for can be denied by a wildcard and left to an
/// account, but an allow confers it on nobody: who writes <c>kms:*</c> means what AWS knows.</summary>
internal static class ActionMask
{
    /// <summary>Null where a pattern is none: <c>*</c>, or a service, a colon and a name.</summary>
    /// <param name="hasOwnNames">Whether wildcards cover what AWS has no action for.</param>
    public static PermissionMask? Of(IReadOnlyList<string> patterns, bool isNegated, bool coversAny, bool hasOwnNames)
    {
        var compiled = new List<TextPattern>();
        foreach (var pattern in patterns)
        {
            if (pattern != "*" && !IsAction(pattern)) return null;
            compiled.Add(TextPattern.Parse(pattern, true, true, false)!);
        }

        var mask = PermissionMask.None;
        foreach (var permission in Enum.GetValues<Permission>())
        {
            if (permission == Permission.None || (!hasOwnNames && !Actions.IsOfAws(permission))) continue;
            bool Covers(string action) => compiled.Any(p => p.Matches(action, null!)) != isNegated;
            var actions = Actions.QualifiedOf(permission);
            if (coversAny ? actions.Any(Covers) : actions.All(Covers)) mask |= PermissionMask.Of(permission);
        }

        return mask;
    }

    private static bool IsAction(string pattern)
    {
        var colon = pattern.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || colon == pattern.Length - 1) return false;
        foreach (var c in pattern.AsSpan(0, colon))
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '*' or '?')) return false;
        foreach (var c in pattern.AsSpan(colon + 1))
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('*' or '?')) return false;
        return true;
    }
}
