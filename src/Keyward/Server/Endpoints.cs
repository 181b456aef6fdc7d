using System.Net;
using System.Net.Sockets;

namespace Keyward.Server;

/// <summary>The addresses that the server listens on.</summary>
internal static class Endpoints
{
    /// <summary>The addresses of hosts that may be names.</summary>
    /// <exception cref="StartException">A host is not known.</exception>
    public static IReadOnlyList<(string Host, IPEndPoint Address)> Resolve(
        IReadOnlyList<(string Host, int Port)> listen) =>
        [.. listen.Select(l => (l.Host, new IPEndPoint(AddressOf(l.Host), l.Port)))];

    public static string Show((string Host, IPEndPoint Address) listened)
    {
        var (host, endpoint) = listened;
        var name = endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any)
            ? IPAddress.Loopback.ToString()
            : host;
        return name.Contains(':', StringComparison.Ordinal) ? $"[{name}]:{endpoint.Port}" : $"{name}:{endpoint.Port}";
    }

    private static IPAddress AddressOf(string host)
    {
        if (IPAddress.TryParse(host, out var address)) return address;
        if (host == "localhost") return IPAddress.Loopback;
        try
        {
            return Dns.GetHostAddresses(host).FirstOrDefault()
                ?? throw new StartException($"The host {host} has no address.",
                    "Give an address: --listen 127.0.0.1:8443");
        }
        catch (SocketException)
        {
            throw new StartException($"The host {host} is not known.", "Give an address: --listen 127.0.0.1:8443");
        }
    }
}
