using System.Net;
using System.Net.Sockets;

namespace Keyward.Vault.Gate;

/// <summary>The network that a request came from, as limits and summaries count it: an IPv4 /24 or an IPv6 /56, which
/// is what one customer of a provider usually holds.</summary>
internal readonly record struct PeerNetwork
{
    public const int Ipv4PrefixBits = 24;
    public const int Ipv6PrefixBits = 56;
    private const int Ipv4PrefixBytes = Ipv4PrefixBits / 8;
    private const int Ipv6PrefixBytes = Ipv6PrefixBits / 8;

    /// <summary>Stands for all networks beyond those that are counted one by one.</summary>
    public static readonly PeerNetwork Others = new(UInt128.MaxValue, AddressFamily.Unspecified);

    private readonly UInt128 _prefix;
    private readonly AddressFamily _family;

    private PeerNetwork(UInt128 prefix, AddressFamily family) => (_prefix, _family) = (prefix, family);

    public static PeerNetwork Of(string ip)
    {
        if (!IPAddress.TryParse(ip, out var address)) return Others;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out var length)) return Others;
        bytes[(length == 4 ? Ipv4PrefixBytes : Ipv6PrefixBytes)..].Clear();
        return new PeerNetwork(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes), address.AddressFamily);
    }

    public override string ToString()
    {
        if (_family == AddressFamily.Unspecified) return "others";
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, _prefix);
        var isIpv4 = _family == AddressFamily.InterNetwork;
        return $"{new IPAddress(isIpv4 ? bytes[..4] : bytes)}/{(isIpv4 ? Ipv4PrefixBytes : Ipv6PrefixBytes) * 8}";
    }
}
