using System.Net;

namespace Keyward.Vault.Names;

/// <summary>Addresses and networks as people write them. An IPv4 address has four decimal numbers: the platform's
/// parser also reads <c>1.2.3</c>, <c>010.0.0.1</c> (octal) and <c>0x7f000001</c>, by which a rule could mean another
/// network than who reads it thinks.</summary>
public static class NetworkText
{
    /// <summary>A network, or one address, whose prefix is then whole.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!TryParseAddress(slash < 0 ? text : text[..slash], out var address)) return false;
        if (slash >= 0)
            return DecimalNumber.TryParse(text.AsSpan(slash + 1), out int _) && IPNetwork.TryParse(text, out network);
        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }

    public static bool TryParseAddress(string text, out IPAddress address) => IPAddress.TryParse(text, out address!)
        && (text.Contains(':', StringComparison.Ordinal) || address.ToString() == text);
}
