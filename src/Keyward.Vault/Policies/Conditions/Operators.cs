namespace Keyward.Vault.Policies.Conditions;

/// <summary>The operators between two values: which types they take, and what they give.</summary>
internal static class Operators
{
    /// <summary>The result's type; unspecified where the operator does not take these.</summary>
    public static ValueType TypeOf(string symbol, ValueType left, ValueType right) => symbol switch
    {
        "&&" or "||" => left == ValueType.Truth && right == ValueType.Truth ? ValueType.Truth : ValueType.Unspecified,
        "==" or "!=" => left.Fits(right) || right.Fits(left) ? ValueType.Truth : ValueType.Unspecified,
        "<" or "<=" or ">" or ">=" => left == right && IsOrdered(left) ? ValueType.Truth : ValueType.Unspecified,
        "in" => IsIn(left, right) ? ValueType.Truth : ValueType.Unspecified,
        "+" => (left, right) switch
        {
            (ValueType.Text, ValueType.Text) => ValueType.Text,
            (ValueType.Integer, ValueType.Integer) => ValueType.Integer,
            (ValueType.Time, ValueType.Duration) or (ValueType.Duration, ValueType.Time) => ValueType.Time,
            (ValueType.Duration, ValueType.Duration) => ValueType.Duration,
            _ => ValueType.Unspecified,
        },
        "-" => (left, right) switch
        {
            (ValueType.Integer, ValueType.Integer) => ValueType.Integer,
            (ValueType.Time, ValueType.Duration) => ValueType.Time,
            (ValueType.Time, ValueType.Time) or (ValueType.Duration, ValueType.Duration) => ValueType.Duration,
            _ => ValueType.Unspecified,
        },
        _ => ValueType.Unspecified,
    };

    public static string Advice(string symbol, ValueType left, ValueType right)
    {
        var hint = (left, right) switch
        {
            (ValueType.Time, ValueType.Text) or (ValueType.Text, ValueType.Time) => """; write timestamp("…")""",
            (ValueType.Duration, ValueType.Text) or (ValueType.Text, ValueType.Duration) =>
                """; write duration("…")""",
            _ => "",
        };
        return $"{symbol} does not take {left.Show()} and {right.Show()}{hint}";
    }

    public static object Run(string symbol, object left, object right)
    {
        try
        {
            return symbol switch
            {
                "==" => AreEqual(left, right),
                "!=" => !AreEqual(left, right),
                "<" => Compare(left, right) < 0,
                "<=" => Compare(left, right) <= 0,
                ">" => Compare(left, right) > 0,
                ">=" => Compare(left, right) >= 0,
                "in" => IsIn(left, right),
                "+" => Add(left, right),
                _ => Subtract(left, right),
            };
        }
        catch (Exception failure) when (failure is OverflowException or ArgumentOutOfRangeException)
        {
            throw new EvaluationException("a number or time is out of range");
        }
    }

    private static bool IsOrdered(ValueType type) =>
        type is ValueType.Text or ValueType.Integer or ValueType.Time or ValueType.Duration;

    private static bool IsIn(ValueType left, ValueType right) => right switch
    {
        ValueType.TextList or ValueType.TextMap => left == ValueType.Text,
        ValueType.IntegerList => left == ValueType.Integer,
        ValueType.EmptyList => left is ValueType.Text or ValueType.Integer,
        _ => false,
    };

    private static bool AreEqual(object left, object right) => (left, right) switch
    {
        (IReadOnlyList<string> a, IReadOnlyList<string> b) => a.SequenceEqual(b),
        (IReadOnlyList<long> a, IReadOnlyList<long> b) => a.SequenceEqual(b),
        (IReadOnlyDictionary<string, string> a, IReadOnlyDictionary<string, string> b) =>
            a.Count == b.Count && a.All(p => b.TryGetValue(p.Key, out var value) && value == p.Value),
        // Of one type and not equal by now: an empty list, whose items have no type, and another list.
        (IReadOnlyList<string>, IReadOnlyList<long>) or (IReadOnlyList<long>, IReadOnlyList<string>) => false,
        _ => left.Equals(right),
    };

    private static int Compare(object left, object right) => (left, right) switch
    {
        (string a, string b) => string.CompareOrdinal(a, b),
        (long a, long b) => a.CompareTo(b),
        (DateTimeOffset a, DateTimeOffset b) => a.CompareTo(b),
        (TimeSpan a, TimeSpan b) => a.CompareTo(b),
        _ => throw new EvaluationException("the values cannot be compared"),
    };

    private static bool IsIn(object left, object right) => (left, right) switch
    {
        (string text, IReadOnlyList<string> list) => list.Contains(text),
        (string text, IReadOnlyDictionary<string, string> map) => map.ContainsKey(text),
        (long number, IReadOnlyList<long> list) => list.Contains(number),
        _ => false,
    };

    private static object Add(object left, object right) => (left, right) switch
    {
        (string a, string b) => a + b,
        (long a, long b) => a + b,
        (DateTimeOffset a, TimeSpan b) => a + b,
        (TimeSpan a, DateTimeOffset b) => b + a,
        (TimeSpan a, TimeSpan b) => a + b,
        _ => throw new EvaluationException("the values cannot be added"),
    };

    private static object Subtract(object left, object right) => (left, right) switch
    {
        (long a, long b) => a - b,
        (DateTimeOffset a, TimeSpan b) => a - b,
        (DateTimeOffset a, DateTimeOffset b) => a - b,
        (TimeSpan a, TimeSpan b) => a - b,
        _ => throw new EvaluationException("the values cannot be subtracted"),
    };
}
