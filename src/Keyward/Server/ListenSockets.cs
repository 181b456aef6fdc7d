using System.Net;
using System.Net.Sockets;

namespace Keyward.Server;

/// <summary>The sockets that the server will listen on, held from before anything is made: credentials of a first start
/// name the port, and nobody else may take it meanwhile. They refuse connections until the server listens.</summary>
internal sealed class ListenSockets : IDisposable
{
    private readonly List<(string Host, IPEndPoint Address, Socket Socket)> _bound = [];

    private ListenSockets()
    {
    }

    /// <summary>Host as it was set, and the address with its real port.</summary>
    public IReadOnlyList<(string Host, IPEndPoint Address)> Endpoints => [.. _bound.Select(b => (b.Host, b.Address))];

    /// <param name="endpoints">Port 0 is any that is free.</param>
    /// <exception cref="StartException">Another program holds a port, or an address is not this machine's.</exception>
    public static ListenSockets Bind(IReadOnlyList<(string Host, IPEndPoint Address)> endpoints)
    {
        var sockets = new ListenSockets();
        try
        {
            foreach (var (host, endpoint) in endpoints)
            {
                var socket = Bind(endpoint);
                sockets._bound.Add((host, (IPEndPoint)socket.LocalEndPoint!, socket));
            }

            return sockets;
        }
        catch (StartException)
        {
            sockets.Dispose();
            throw;
        }
    }

    public Socket Of(EndPoint endpoint) => _bound.First(b => b.Address.Equals(endpoint)).Socket;

    public void Dispose()
    {
        foreach (var (_, _, socket) in _bound) socket.Dispose();
    }

    private static Socket Bind(IPEndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endpoint.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            // Not ReuseAddress: the platform takes it for leave to share the port with another server. A port whose
            // last connections are only ending is free without it.
            socket.Bind(endpoint);
            return socket;
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw failure.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? new StartException($"Port {endpoint.Port} on {endpoint.Address} is taken by another program.",
                    $"keyward server --listen {endpoint.Address}:{(endpoint.Port < 65_535 ? endpoint.Port + 1 : 0)} " +
                    $"  or --listen {endpoint.Address}:0 for any free port")
                : new StartException($"{endpoint} cannot be listened on: {failure.Message}.",
                    "Give another one: --listen HOST:PORT");
        }
    }
}
