using System.Globalization;
using Keyward.Vault.Names;

namespace Keyward.Vault.Audit.Tree;

/// <summary>The file in a log's folder that says below which index its records were pruned. What it says is a matter of
/// record too: the log holds the pruning's own record, which cannot be made up.</summary>
internal static class Pruned
{
    public const string FileName = "pruned";

    public static byte[] Write(long index) => System.Text.Encoding.ASCII.GetBytes(
        index.ToString(CultureInfo.InvariantCulture) + "\n");

    /// <summary>0 for what is no number: then the missing records are missed.</summary>
    public static long Parse(string text) => DecimalNumber.TryParse(text.TrimEnd('\n'), out long index) ? index : 0;
}
