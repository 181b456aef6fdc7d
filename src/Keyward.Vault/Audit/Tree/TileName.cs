using System.Globalization;
using Keyward.Vault.Names;

namespace Keyward.Vault.Audit.Tree;

/// <summary>A path below <c>tile/</c>, read back: what <see cref="TilePath"/> wrote.</summary>
internal readonly record struct TileName(bool IsEntries, int Level, long Number, int Width)
{
    private const string EntriesName = "entries";
    private const int MaximumLevel = 63;

    /// <summary>The level of hashes that it has as many of.</summary>
    public int HashLevel => IsEntries ? 0 : Level;

    /// <summary>The first record that stands in it or below it; the greatest number where no log is that
    /// long.</summary>
    public long FirstIndex
    {
        get
        {
            var bits = TilePath.WidthBits * (HashLevel + 1);
            return Number == 0 ? 0 : bits > 62 || Number > long.MaxValue >> bits ? long.MaxValue : Number << bits;
        }
    }

    public string PathOf(int width) =>
        IsEntries ? TilePath.Entries(Number, width) : TilePath.Hashes(Level, Number, width);

    /// <summary>Only the one way to write a path counts.</summary>
    public static bool TryParse(string path, out TileName name)
    {
        name = default;
        var parts = path.Split('/');
        if (parts.Length < 3 || parts[0] != "tile") return false;
        var isEntries = parts[1] == EntriesName;
        var level = 0;
        if (!isEntries && (!TryNumber(parts[1], out level) || level > MaximumLevel)) return false;
        var width = TilePath.Width;
        var groups = parts[2..];
        if (groups.Length > 1 && groups[^2].EndsWith(".p", StringComparison.Ordinal))
        {
            if (!TryNumber(groups[^1], out width) || width is < 1 or >= TilePath.Width) return false;
            groups = [.. groups[..^2], groups[^2][..^2]];
        }

        if (groups.Length > 6) return false;
        var number = 0L;
        foreach (var group in groups)
        {
            var digits = group.StartsWith('x') ? group[1..] : group;
            if (digits.Length != 3 || !digits.All(char.IsAsciiDigit)) return false;
            number = (number * 1_000) + int.Parse(digits, CultureInfo.InvariantCulture);
        }

        name = new TileName(isEntries, level, number, width);
        return name.PathOf(width) == path;
    }

    private static bool TryNumber(string text, out int number) =>
        DecimalNumber.TryParse(text, out number)
        && number.ToString(CultureInfo.InvariantCulture) == text;
}
