using System.Net;
using Keyward.Vault.Names;

namespace Keyward.Vault.Policies.Conditions;

/// <summary>Network addresses and ranges.</summary>
internal static class Addresses
{
    public static bool IsIn(string address, IReadOnlyList<string> ranges)
    {
        if (!NetworkText.TryParseAddress(address, out var ip)) throw new EvaluationException("the address is none");
        foreach (var range in ranges)
            if (Parse(range).Contains(ip)) return true;
        return false;
    }

    public static void Check(IReadOnlyList<string> ranges)
    {
        foreach (var range in ranges) Parse(range);
    }

    private static IPNetwork Parse(string range) =>
        range.Contains('/', StringComparison.Ordinal) && NetworkText.TryParse(range, out var network)
        ? network
        : throw new EvaluationException("a range has the form 10.0.0.0/8 or 2001:db8::/32");
}
