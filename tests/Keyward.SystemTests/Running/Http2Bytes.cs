using System.Buffers.Binary;
using System.Text;

namespace Keyward.SystemTests.Running;

/// <summary>The frames of one HTTP/2 request as bytes (RFC 9113 §4, RFC 7541 §6.2.2), so that a test can spoil them.</summary>
internal static class Http2Bytes
{
    public static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    public static readonly byte[] Settings = Frame(4, 0, 0, []);

    private const byte EndStream = 1;
    private const byte EndHeaders = 4;

    public static byte[] Request(int stream, byte[] body, params (string Name, string Value)[] headers) =>
    [
        .. Frame(1, EndHeaders, stream, [.. headers.SelectMany(h => Literal(h.Name, h.Value))]),
        .. Frame(0, EndStream, stream, body),
    ];

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    private static byte[] Literal(string name, string value) => [0, .. Text(name), .. Text(value)];

    private static byte[] Text(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        if (bytes.Length < 127) return [(byte)bytes.Length, .. bytes];
        var length = new List<byte> { 127 };
        var rest = bytes.Length - 127;
        for (; rest >= 128; rest >>= 7) length.Add((byte)((rest & 127) | 128));
        return [.. length, (byte)rest, .. bytes];
    }
}
