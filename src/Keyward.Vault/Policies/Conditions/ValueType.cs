namespace Keyward.Vault.Policies.Conditions;

/// <summary>The types of the language. Values are .NET's: text <see cref="string"/>, integer <see cref="long"/>, truth
/// <see cref="bool"/>, time <see cref="DateTimeOffset"/>, duration <see cref="TimeSpan"/>, list of texts, map of texts
/// to texts.</summary>
internal enum ValueType
{
    Unspecified = 0,
    Text = 1,
    Integer = 2,
    Truth = 3,
    Time = 4,
    Duration = 5,
    TextList = 6,
    TextMap = 7,

    /// <summary>A list of no items, which fits every list.</summary>
    EmptyList = 8,

    /// <summary>A list of whole numbers.</summary>
    IntegerList = 9,
}

internal static class ValueTypes
{
    public static string Show(this ValueType type) => type switch
    {
        ValueType.Text => "a text",
        ValueType.Integer => "a whole number",
        ValueType.Truth => "true or false",
        ValueType.Time => "a timestamp",
        ValueType.Duration => "a duration",
        ValueType.TextList => "a list of texts",
        ValueType.TextMap => "a map of texts",
        ValueType.EmptyList => "a list",
        ValueType.IntegerList => "a list of whole numbers",
        ValueType.Unspecified => "nothing",
    };

    /// <summary>Whether a value of one type can stand where the other is asked for.</summary>
    public static bool Fits(this ValueType given, ValueType wanted) => given == wanted
        || (given == ValueType.EmptyList && wanted is ValueType.TextList or ValueType.IntegerList);
}
