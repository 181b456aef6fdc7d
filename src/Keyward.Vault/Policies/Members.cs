namespace Keyward.Vault.Policies;

/// <summary>Whom a binding can name. What Keyward cannot identify yet may stand in a policy all the same: it matches
/// nobody.</summary>
internal static class Members
{
    /// <summary>Google's longest: a principal set with an attribute's value of 256 characters.</summary>
    private const int MaximumLength = 640;

    private static readonly string[] Prefixes =
        ["user:", "serviceAccount:", "group:", "domain:", "principal://", "principalSet://", "deleted:"];

    public static bool IsValid(string member)
    {
        if (member is "allUsers" or "allAuthenticatedUsers") return true;
        if (member.Length > MaximumLength || member.Any(char.IsControl)) return false;
        foreach (var prefix in Prefixes)
        {
            if (!member.StartsWith(prefix, StringComparison.Ordinal)) continue;
            var name = member[prefix.Length..];
            return name.Length > 0 && (prefix is not ("user:" or "serviceAccount:" or "group:") || IsEmail(name));
        }

        return false;
    }

    private static bool IsEmail(string name)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at == name.LastIndexOf('@') && at < name.Length - 1 && !name.Any(char.IsWhiteSpace);
    }
}
