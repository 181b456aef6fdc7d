using System.Globalization;
using System.Net;
using Keyward.Vault.Names;

namespace Keyward.Vault.Policies.Documents;

/// <summary>How several values of one key in a request are taken (IAM, "Multivalued context keys").</summary>
internal enum Quantifier
{
    /// <summary>The key has one value; of several, any.</summary>
    None = 0,
    ForAnyValue = 1,
    ForAllValues = 2,
}

/// <summary>What is compared, and how.</summary>
internal enum Relation
{
    Unspecified = 0,
    Text = 1,
    Like = 2,
    Number = 3,
    Date = 4,
    Flag = 5,
    Address = 6,
    Arn = 7,
    Absence = 8,
    Bytes = 9,
}

/// <summary>One key of one operator of a condition: <c>"StringEquals": {"kms:CallerAccount": […]}</c>. Any of the
/// values is enough. What the request lacks is judged by IAM's rules: a positive operator does not hold, a negated one
/// and one with IfExists do, ForAllValues holds of nothing, ForAnyValue does not.</summary>
internal sealed class Comparison
{
    private readonly ConditionKey _key;
    private readonly ComparisonOperator _operator;
    private readonly Func<string, Facts, bool>[] _values;

    private Comparison(ConditionKey key, ComparisonOperator @operator, Func<string, Facts, bool>[] values) =>
        (_key, _operator, _values) = (key, @operator, values);

    /// <summary>Null where a value is none that the operator compares.</summary>
    public static Comparison? Compile(ConditionKey key, ComparisonOperator @operator, IReadOnlyList<string> values,
        bool hasVariables)
    {
        var compiled = new Func<string, Facts, bool>[values.Count];
        for (var i = 0; i < compiled.Length; i++)
        {
            if (Value(@operator, values[i], hasVariables) is not { } value) return null;
            compiled[i] = value;
        }

        return new Comparison(key, @operator, compiled);
    }

    public bool Holds(Facts facts)
    {
        var found = _key.Read(facts);
        if (_operator.Relation == Relation.Absence)
            return _values.Any(v => v(found.Length == 0 ? "true" : "false", facts));
        if (found.Length == 0)
            return _operator.IfExists || _operator.Quantifier switch
            {
                Quantifier.ForAllValues => true,
                Quantifier.ForAnyValue => false,
                Quantifier.None => _operator.IsNegated,
            };
        return (_operator.Quantifier, _operator.IsNegated) switch
        {
            (Quantifier.ForAllValues, var negated) => found.All(f => Matches(f, facts) != negated),
            (Quantifier.ForAnyValue, var negated) => found.Any(f => Matches(f, facts) != negated),
            // Of a key with several values and no quantifier, a negated operator must hold for each.
            (Quantifier.None, true) => found.All(f => !Matches(f, facts)),
            (Quantifier.None, false) => found.Any(f => Matches(f, facts)),
            _ => false,
        };
    }

    private bool Matches(string found, Facts facts)
    {
        foreach (var value in _values)
            if (value(found, facts)) return true;
        return false;
    }

    private static Func<string, Facts, bool>? Value(ComparisonOperator op, string value, bool hasVariables)
    {
        switch (op.Relation)
        {
            case Relation.Text or Relation.Like:
                var pattern = TextPattern.Parse(value, op.Relation == Relation.Like, op.IgnoresCase, hasVariables);
                return pattern is null ? null : pattern.Matches;
            case Relation.Arn:
                return ArnPattern.Parse(value, hasVariables) is { } arn ? arn.Matches : null;
            case Relation.Number:
                return TryNumber(value, out var number)
                    ? (found, _) => TryNumber(found, out var n) && op.Compares(n.CompareTo(number)) : null;
            case Relation.Date:
                return TryDate(value, out var date)
                    ? (found, _) => TryDate(found, out var d) && op.Compares(d.CompareTo(date)) : null;
            case Relation.Flag or Relation.Absence:
                return value.ToUpperInvariant() is "TRUE" or "FALSE"
                    ? (found, _) => found.Equals(value, StringComparison.OrdinalIgnoreCase) : null;
            case Relation.Address:
                return NetworkText.TryParse(value, out var network)
                    ? (found, _) => IPAddress.TryParse(found, out var ip) && network.Contains(Plain(ip)) : null;
            case Relation.Bytes:
                return (found, _) => found == value;
            default:
                return null;
        }
    }

    private static bool TryNumber(string text, out decimal number) => decimal.TryParse(
        text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);

    /// <summary>ISO 8601, or seconds since 1970.</summary>
    private static bool TryDate(string text, out DateTimeOffset date)
    {
        date = default;
        if (text.Length is > 0 and < 13 && DecimalNumber.TryParse(text, out long seconds)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            date = DateTimeOffset.FromUnixTimeSeconds(seconds);
            return true;
        }

        return DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out date);
    }

    private static readonly string[] Formats =
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    private static IPAddress Plain(IPAddress ip) => ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip;
}
