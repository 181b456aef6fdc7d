namespace Keyward.Doors.Google;

/// <summary>Cuts a filter into names, operators, values and parentheses. A quoted value keeps its quotes, so that it is
/// never taken for an operator.</summary>
internal static class FilterTokens
{
    private static readonly string[] Operators = ["!=", "<=", ">=", "=>", "=<", "=", "<", ">", ":", "(", ")"];

    public static List<string> Of(string text)
    {
        var tokens = new List<string>();
        var at = 0;
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var token = Next(text, at, tokens);
            tokens.Add(token);
            at += token.Length;
        }

        return tokens;
    }

    public static string Unquote(string token)
    {
        if (token.Length >= 2 && token[0] == '"') return token[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal);
        return Operators.Contains(token) ? throw new FormatException() : token;
    }

    private static string Next(string text, int at, List<string> before)
    {
        if (text[at] == '"') return Quoted(text, at);
        if (Operators.FirstOrDefault(o => string.CompareOrdinal(text, at, o, 0, o.Length) == 0) is { } op) return op;
        // A minus before a field negates; inside a value it belongs to it.
        if (text[at] == '-' && (before.Count == 0 || before[^1] is "(" or "AND" or "OR" or "NOT" or "-")) return "-";
        var isValue = before.Count > 0 && Operators.Contains(before[^1]) && before[^1] is not ("(" or ")");
        var end = at;
        while (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] is not ('(' or ')' or '"')
            && (isValue || text[end] is not ('=' or '!' or '<' or '>' or ':'))) end++;
        return end > at ? text[at..end] : throw new FormatException();
    }

    private static string Quoted(string text, int at)
    {
        for (var end = at + 1; end < text.Length; end++)
        {
            if (text[end] == '\\') end++;
            else if (text[end] == '"') return text[at..(end + 1)];
        }

        throw new FormatException();
    }
}
