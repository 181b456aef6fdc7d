namespace Keyward.Vault.Policies.Documents;

/// <summary>An ARN with wildcards: six parts between colons, each matched for itself, so that a star does not reach
/// over a colon but in the last (IAM, "Amazon Resource Name (ARN) condition operators"). A single <c>*</c> is every
/// ARN.</summary>
internal sealed class ArnPattern
{
    private const int Parts = 6;

    private readonly TextPattern[]? _parts;

    private ArnPattern(TextPattern[]? parts) => _parts = parts;

    /// <summary>Null for a text that is no pattern of an ARN.</summary>
    public static ArnPattern? Parse(string text, bool hasVariables)
    {
        if (text == "*") return new ArnPattern(null);
        var parts = Split(text);
        if (parts.Length != Parts) return null;
        var patterns = new TextPattern[Parts];
        for (var i = 0; i < Parts; i++)
        {
            if (TextPattern.Parse(parts[i], true, false, hasVariables) is not { } pattern) return null;
            patterns[i] = pattern;
        }

        return new ArnPattern(patterns);
    }

    public bool IsEverything => _parts is null;

    public bool Matches(string arn, Facts facts)
    {
        if (_parts is null) return true;
        var parts = arn.Split(':', Parts);
        if (parts.Length != Parts) return false;
        for (var i = 0; i < Parts; i++)
            if (!_parts[i].Matches(parts[i], facts)) return false;
        return true;
    }

    /// <summary>Colons in a variable's name divide nothing.</summary>
    private static string[] Split(string text)
    {
        var parts = new List<string>();
        var from = 0;
        var depth = 0;
        for (var i = 0; i < text.Length && parts.Count < Parts - 1; i++)
        {
            if (text[i] == '{') depth++;
            else if (text[i] == '}') depth--;
            else if (text[i] == ':' && depth <= 0)
            {
                parts.Add(text[from..i]);
                from = i + 1;
            }
        }

        parts.Add(text[from..]);
        return [.. parts];
    }
}
