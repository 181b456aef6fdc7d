using System.Globalization;

namespace Keyward.Vault.Names;

/// <summary>A number of decimal digits and nothing else. The platform's parser lets zero characters (U+0000) follow a
/// number, in every style: two texts would then name one thing.</summary>
public static class DecimalNumber
{
    /// <summary>Leading zeros are read; a sign, a blank, or more than the type holds is not.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out int number)
    {
        number = 0;
        return AreDigits(text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out int)"/>
    public static bool TryParse(ReadOnlySpan<char> text, out long number)
    {
        number = 0;
        return AreDigits(text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private static bool AreDigits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
