using System.Net;

namespace Keyward.Server.Federation;

/// <summary>Where the server may go to fetch an issuer's documents: public addresses, and those that the operator
/// names. Loopback, link-local (cloud metadata), private, shared, documentation, multicast and reserved ranges are out
/// (RFC 6890), whichever way they are written into an IPv6 address.</summary>
internal sealed class AddressRules(IReadOnlyList<IPNetwork> allowed)
{
    private static readonly IPNetwork[] Forbidden =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            // Of IPv6 only global unicast (2000::/3) is public, and of that not what leads back to IPv4 or nowhere.
            "::/3", "4000::/2", "8000::/1", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        ]).Select(IPNetwork.Parse),
    ];

    public bool Allows(IPAddress address)
    {
        var real = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Contains(allowed, real) || !Contains(Forbidden, real);
    }

    private static bool Contains(IEnumerable<IPNetwork> networks, IPAddress address) =>
        networks.Any(n => n.BaseAddress.AddressFamily == address.AddressFamily && n.Contains(address));
}
