namespace Keyward.Vault.Policies.Documents;

/// <summary>The ARN of what is asked for: a key's or an alias's.</summary>
internal static class ResourceArn
{
    private const string AliasPart = "/aliases/";

    public static string? Of(Facts facts)
    {
        if (facts.Account is not { } account || facts.Location is not { } location) return null;
        var alias = facts.ResourceName.IndexOf(AliasPart, StringComparison.Ordinal);
        if (alias >= 0)
            return $"arn:aws:kms:{location}:{account}:alias/{facts.ResourceName[(alias + AliasPart.Length)..]}";
        return facts.Key is { } key ? $"arn:aws:kms:{location}:{account}:key/{key.IdText}" : null;
    }
}
