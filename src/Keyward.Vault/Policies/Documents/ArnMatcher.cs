using System.Text.Json;
using Keyward.Vault.Identities;

namespace Keyward.Vault.Policies.Documents;

/// <summary>Resources by patterns of their ARNs. What has no ARN, such as the making of a key, is met by <c>*</c>
/// alone.</summary>
internal sealed class ArnMatcher(IReadOnlyList<ArnPattern> patterns, bool isNegated)
{
    /// <summary>No resource: the statement has no effect, as AWS has it.</summary>
    private static readonly ArnMatcher Nothing = new([], false);

    /// <summary>Null for everything.</summary>
    public static ArnMatcher? Of(JsonProperty? element, bool hasVariables)
    {
        if (element is not { } resource) return Nothing;
        var patterns = new List<ArnPattern>();
        foreach (var text in StatementReader.Texts(resource.Value, "Resource"))
            patterns.Add(ArnPattern.Parse(text, hasVariables)
                ?? throw StatementReader.Malformed("Policy Statement contains an invalid resource"));
        var isNegated = resource.Name == "NotResource";
        return !isNegated && patterns.Any(p => p.IsEverything) ? null : new ArnMatcher(patterns, isNegated);
    }

    public bool Matches(Facts facts)
    {
        foreach (var pattern in patterns)
            if (pattern.IsEverything || (ResourceArn.Of(facts) is { } arn && pattern.Matches(arn, facts)))
                return !isNegated;
        return isNegated;
    }
}
