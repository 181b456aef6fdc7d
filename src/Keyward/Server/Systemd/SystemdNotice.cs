using System.Net.Sockets;
using System.Text;

namespace Keyward.Server.Systemd;

/// <summary>Tells systemd how the service stands (sd_notify): one datagram to the socket that it names, nothing where
/// it
/// names none.</summary>
internal static class SystemdNotice
{
    /// <summary>Whether systemd, or who acts like it, listens.</summary>
    public static bool IsWanted => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));

    public static void Send(string state)
    {
        var name = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        if (string.IsNullOrEmpty(name)) return;
        // A leading @ stands for the zero byte of an abstract socket.
        var path = name[0] == '@' ? "\0" + name[1..] : name;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            // Nobody listens: the service runs all the same.
        }
    }
}
