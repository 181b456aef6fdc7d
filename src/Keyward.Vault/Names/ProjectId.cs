namespace Keyward.Vault.Names;

/// <summary>A tenant's name: 1 to 63 characters, lower-case letters, digits and hyphens, beginning with a letter.
/// Its full name is <c>projects/ID</c>.</summary>
public readonly record struct ProjectId
{
    private ProjectId(string value) => Value = value;

    public string Value { get; }

    public string FullName => "projects/" + Value;

    public static bool TryParse(string text, out ProjectId id)
    {
        id = new ProjectId(text);
        if (text.Length is 0 or > 63 || !char.IsAsciiLetterLower(text[0])) return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') return false;
        return text[^1] != '-';
    }

    public override string ToString() => Value;
}
