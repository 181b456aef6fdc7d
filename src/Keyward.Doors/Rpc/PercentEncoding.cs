using System.Text;

namespace Keyward.Doors.Rpc;

/// <summary>grpc-message on the wire (gRPC over HTTP/2, "Status-Message"): UTF-8, with everything but printable ASCII
/// and the percent sign itself as it is. Clients undo no more than that: an escaped slash would be shown as
/// <c>%2F</c>.</summary>
internal static class PercentEncoding
{
    public static string Encode(string message)
    {
        var text = new StringBuilder(message.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(message))
            if (octet is >= 0x20 and <= 0x7E and not (byte)'%') text.Append((char)octet);
            else text.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        return text.ToString();
    }
}
