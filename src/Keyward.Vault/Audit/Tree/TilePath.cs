using System.Globalization;

namespace Keyward.Vault.Audit.Tree;

/// <summary>Where things lie in a log's folder (C2SP tlog-tiles): <c>tile/L/N[.p/W]</c> and
/// <c>tile/entries/N[.p/W]</c>, N in groups of three digits of which all but the last begin with x.</summary>
internal static class TilePath
{
    public const int Width = 1 << WidthBits;

    public const int WidthBits = 8;

    public const string Checkpoint = "checkpoint";

    private const int GroupSize = 1_000;

    /// <param name="width">How many hashes it holds; 256 is a full tile.</param>
    public static string Hashes(int level, long number, int width = Width) =>
        string.Create(CultureInfo.InvariantCulture, $"tile/{level}/{NumberOf(number)}{SuffixOf(width)}");

    public static string Entries(long number, int width = Width) =>
        $"tile/entries/{NumberOf(number)}{SuffixOf(width)}";

    /// <summary>The folder of a tile's partial forms.</summary>
    public static string PartialFolder(string fullPath) => fullPath + ".p";

    public static string NumberOf(long number)
    {
        var path = (number % GroupSize).ToString("d3", CultureInfo.InvariantCulture);
        while ((number /= GroupSize) > 0)
            path = "x" + (number % GroupSize).ToString("d3", CultureInfo.InvariantCulture) + "/" + path;
        return path;
    }

    /// <summary>How many tiles a level of a tree has, the partial one included.</summary>
    public static long CountAt(int level, long size)
    {
        var hashes = HashesAt(level, size);
        return (hashes / Width) + (hashes % Width > 0 ? 1 : 0);
    }

    /// <summary>How many hashes stand at a level: only full tiles are hashed upwards.</summary>
    public static long HashesAt(int level, long size) => level > 7 ? 0 : size >> (8 * level);

    /// <summary>How many of a tile's hashes a tree of this size has.</summary>
    public static int WidthOf(int level, long number, long size) =>
        (int)Math.Clamp(HashesAt(level, size) - (number * Width), 0, Width);

    private static string SuffixOf(int width) =>
        width == Width ? "" : ".p/" + width.ToString(CultureInfo.InvariantCulture);
}
