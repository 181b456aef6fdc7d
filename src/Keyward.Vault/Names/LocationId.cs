namespace Keyward.Vault.Names;

/// <summary>Where keys live: Google's location, AWS's region. Lower-case letters, digits and hyphens.</summary>
public readonly record struct LocationId
{
    private LocationId(string value) => Value = value;

    public string Value { get; }

    public static bool TryParse(string text, out LocationId id)
    {
        id = new LocationId(text);
        if (text.Length is 0 or > 63) return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') return false;
        return true;
    }

    public override string ToString() => Value;
}
