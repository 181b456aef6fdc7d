using System.Net;
using System.Net.Sockets;

namespace Keyward.Server;

/// <summary>The addresses that the server listens on.</summary>
internal static class Endpoints
{
    /// <summary>Turns port 0 into a port that is free now: credentials that are made at the first start name
    /// it.</summary>
    public static IReadOnlyList<(string Host, IPEndPoint Address)> Resolve(IReadOnlyList<(string Host,
        int Port)> listen)
    {
        var found = new List<(string, IPEndPoint)>();
        foreach (var (host, port) in listen)
        {
            var address = AddressOf(host);
            found.Add((host, new IPEndPoint(address, port == 0 ? FreePort(address) : port)));
        }

        return found;
    }

    /// <summary>Refuses a port that another program holds, before anything is made.</summary>
    public static void RefuseBusy(IPEndPoint endpoint)
    {
        try
        {
            using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(endpoint);
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new StartException($"Port {endpoint.Port} on {endpoint.Address} is taken by another program.",
                $"keyward server --listen {endpoint.Address}:{(endpoint.Port < 65_535 ? endpoint.Port + 1 : 0)}   " +
                $"or --listen {endpoint.Address}:0 for any free port");
        }
        catch (SocketException failure)
        {
            throw new StartException($"{endpoint} cannot be listened on: {failure.Message}.",
                "Give another one: --listen HOST:PORT");
        }
    }

    public static string Show(string host, IPEndPoint endpoint)
    {
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

    private static int FreePort(IPAddress address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
