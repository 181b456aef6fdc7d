using System.Collections.Frozen;

namespace Keyward.Vault.Policies.Documents;

/// <summary>A condition operator of IAM with its prefix and suffix: <c>ForAnyValue:StringNotLikeIfExists</c>.</summary>
internal sealed record ComparisonOperator(Relation Relation, bool IsNegated = false, bool IgnoresCase = false)
{
    private const string IfExistsSuffix = "IfExists";

    private static readonly FrozenDictionary<string, ComparisonOperator> All =
        new Dictionary<string, ComparisonOperator>
        {
            ["StringEquals"] = new(Relation.Text),
            ["StringNotEquals"] = new(Relation.Text, true),
            ["StringEqualsIgnoreCase"] = new(Relation.Text, IgnoresCase: true),
            ["StringNotEqualsIgnoreCase"] = new(Relation.Text, true, true),
            ["StringLike"] = new(Relation.Like),
            ["StringNotLike"] = new(Relation.Like, true),
            ["NumericEquals"] = new(Relation.Number) { AllowsEqual = true },
            ["NumericNotEquals"] = new(Relation.Number, true) { AllowsEqual = true },
            ["NumericLessThan"] = new(Relation.Number) { AllowsLess = true },
            ["NumericLessThanEquals"] = new(Relation.Number) { AllowsLess = true, AllowsEqual = true },
            ["NumericGreaterThan"] = new(Relation.Number) { AllowsMore = true },
            ["NumericGreaterThanEquals"] = new(Relation.Number) { AllowsMore = true, AllowsEqual = true },
            ["DateEquals"] = new(Relation.Date) { AllowsEqual = true },
            ["DateNotEquals"] = new(Relation.Date, true) { AllowsEqual = true },
            ["DateLessThan"] = new(Relation.Date) { AllowsLess = true },
            ["DateLessThanEquals"] = new(Relation.Date) { AllowsLess = true, AllowsEqual = true },
            ["DateGreaterThan"] = new(Relation.Date) { AllowsMore = true },
            ["DateGreaterThanEquals"] = new(Relation.Date) { AllowsMore = true, AllowsEqual = true },
            ["Bool"] = new(Relation.Flag),
            ["BinaryEquals"] = new(Relation.Bytes),
            ["IpAddress"] = new(Relation.Address),
            ["NotIpAddress"] = new(Relation.Address, true),
            // AWS: ArnEquals and ArnLike behave alike.
            ["ArnEquals"] = new(Relation.Arn),
            ["ArnLike"] = new(Relation.Arn),
            ["ArnNotEquals"] = new(Relation.Arn, true),
            ["ArnNotLike"] = new(Relation.Arn, true),
            ["Null"] = new(Relation.Absence),
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static IEnumerable<string> Names => All.Keys;

    public Quantifier Quantifier { get; private init; }

    public bool IfExists { get; private init; }

    private bool AllowsLess { get; init; }

    private bool AllowsEqual { get; init; }

    private bool AllowsMore { get; init; }

    /// <summary>Null for an operator that there is none of.</summary>
    public static ComparisonOperator? Parse(string name)
    {
        var quantifier = Quantifier.None;
        if (TryTake(ref name, "ForAnyValue:")) quantifier = Quantifier.ForAnyValue;
        else if (TryTake(ref name, "ForAllValues:")) quantifier = Quantifier.ForAllValues;
        var ifExists = name.EndsWith(IfExistsSuffix, StringComparison.OrdinalIgnoreCase);
        if (ifExists) name = name[..^IfExistsSuffix.Length];
        if (!All.TryGetValue(name, out var found)) return null;
        // Whether a key is there cannot depend on its being there.
        return ifExists && found.Relation == Relation.Absence
            ? null
            : found with { Quantifier = quantifier, IfExists = ifExists };
    }

    public bool Compares(int order) => order switch { < 0 => AllowsLess, 0 => AllowsEqual, > 0 => AllowsMore };

    private static bool TryTake(ref string name, string prefix)
    {
        if (!name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) return false;
        name = name[prefix.Length..];
        return true;
    }
}
