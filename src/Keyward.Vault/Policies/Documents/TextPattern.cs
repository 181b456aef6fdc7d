using Keyward.Vault.Policies;

namespace Keyward.Vault.Policies.Documents;

/// <summary>A text of a policy document that is compared with one of the request: with <c>*</c> and <c>?</c> as
/// wildcards where the operator knows them, and with policy variables (<c>${aws:username}</c>), which are filled in at
/// use and never count as wildcards. Matching looks for the pieces between the stars one after the other, each once:
/// its time does not grow with the number of stars.</summary>
internal sealed class TextPattern
{
    // Noncharacters stand for the wildcards, so that what a variable brings in is only itself.
    private const char Star = '\uFFFF';
    private const char Any = '\uFFFE';

    private readonly string _compiled;
    private readonly (int At, ConditionKey Key)[] _variables;
    private readonly StringComparison _comparison;

    private TextPattern(string compiled, (int, ConditionKey)[] variables, StringComparison comparison) =>
        (_compiled, _variables, _comparison) = (compiled, variables, comparison);

    /// <summary>Null for a variable that is not closed or not known.</summary>
    public static TextPattern? Parse(string text, bool hasWildcards, bool ignoresCase, bool hasVariables)
    {
        var compiled = new System.Text.StringBuilder(text.Length);
        var variables = new List<(int, ConditionKey)>();
        for (var i = 0; i < text.Length; i++)
        {
            if (hasVariables && text[i] == '$' && i + 1 < text.Length && text[i + 1] == '{')
            {
                var end = text.IndexOf('}', i);
                if (end < 0) return null;
                var name = text[(i + 2)..end];
                i = end;
                if (name is "*" or "?" or "$") compiled.Append(name);
                else if (ConditionKey.Parse(name) is { } key) variables.Add((compiled.Length, key));
                else return null;
            }
            else
            {
                compiled.Append(hasWildcards ? text[i] switch { '*' => Star, '?' => Any, var c => c } : text[i]);
            }
        }

        return new TextPattern(compiled.ToString(), [.. variables],
            ignoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
    }

    public bool Matches(string text, Facts facts) =>
        _variables.Length == 0 ? Matches(_compiled, text) : Filled(facts) is { } filled && Matches(filled, text);

    /// <summary>Null where a variable has no value: then nothing matches.</summary>
    private string? Filled(Facts facts)
    {
        var filled = new System.Text.StringBuilder();
        var from = 0;
        foreach (var (at, key) in _variables)
        {
            if (key.Read(facts) is not [var value]) return null;
            filled.Append(_compiled, from, at - from).Append(value);
            from = at;
        }

        return filled.Append(_compiled, from, _compiled.Length - from).ToString();
    }

    private bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var star = pattern.IndexOf(Star);
        if (star < 0) return pattern.Length == text.Length && StartsWith(text, pattern);
        if (!StartsWith(text, pattern[..star])) return false;
        text = text[star..];
        pattern = pattern[(star + 1)..];
        while ((star = pattern.IndexOf(Star)) >= 0)
        {
            var at = IndexOf(text, pattern[..star]);
            if (at < 0) return false;
            text = text[(at + star)..];
            pattern = pattern[(star + 1)..];
        }

        return text.Length >= pattern.Length && StartsWith(text[^pattern.Length..], pattern);
    }

    private int IndexOf(ReadOnlySpan<char> text, ReadOnlySpan<char> piece)
    {
        if (!piece.Contains(Any)) return text.IndexOf(piece, _comparison);
        for (var at = 0; at + piece.Length <= text.Length; at++)
            if (StartsWith(text[at..], piece)) return at;
        return -1;
    }

    private bool StartsWith(ReadOnlySpan<char> text, ReadOnlySpan<char> piece)
    {
        if (text.Length < piece.Length) return false;
        while (piece.IndexOf(Any) is >= 0 and var any)
        {
            if (!text[..any].Equals(piece[..any], _comparison)) return false;
            text = text[(any + 1)..];
            piece = piece[(any + 1)..];
        }

        return text[..piece.Length].Equals(piece, _comparison);
    }
}
