namespace Keyward.Vault.Names;

/// <summary>A key's id as text: a UUID with hyphens, or <c>mrk-</c> and 32 hex digits for the keys of a multi-region
/// set, which share it. Lower case only.</summary>
public static class KeyIdText
{
    private const string SetPrefix = "mrk-";

    public static string Of(Guid id) => id.ToString("D");

    public static string OfSet(Guid id) => SetPrefix + id.ToString("N");

    /// <summary>Whether a text is this id's, as a single key's or a set's; makes no other to compare it with.</summary>
    internal static bool IsOf(ReadOnlySpan<char> text, Guid id, bool isSet)
    {
        if (isSet && !text.StartsWith(SetPrefix)) return false;
        Span<char> own = stackalloc char[36];
        return id.TryFormat(own, out var length, isSet ? "N" : "D")
            && text[(isSet ? SetPrefix.Length : 0)..].SequenceEqual(own[..length]);
    }

    /// <summary>Whether a text has the form of an id; then the UUID in it.</summary>
    public static bool TryParse(string text, out Guid id)
    {
        id = default;
        foreach (var c in text)
            // Blanks at the ends too: the parser would pass over them.
            if (char.IsAsciiLetterUpper(c) || char.IsWhiteSpace(c)) return false;
        return text.StartsWith(SetPrefix, StringComparison.Ordinal)
            ? Guid.TryParseExact(text.AsSpan(SetPrefix.Length), "N", out id)
            : Guid.TryParseExact(text, "D", out id);
    }
}
