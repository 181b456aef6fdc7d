using System.Net;
using System.Net.Sockets;

namespace Keyward.Tests.Conformance;

/// <summary>Ports for what must name one before it listens, or listen on it again. Taken from below those that the
/// system gives to outgoing connections, each once, so that no connection of another test holds it meanwhile.</summary>
internal static class Ports
{
    private const int First = 12_000;
    private const int Count = 20_000;

    /// <summary>Another run of tests on the machine begins elsewhere.</summary>
    private static int _next = Random.Shared.Next(Count);

    public static int Next()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref _next) % Count);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody's: the next one.
            }
        }
    }
}
