using System.Buffers.Binary;
using System.Text;

namespace Keyward.Vault.Keystores;

/// <summary>The one framing of the program: for each field a 4-byte big-endian length, then its bytes. Injective, so
/// that two different lists of fields never give the same bytes.</summary>
internal static class Frame
{
    public static int SizeOf(ReadOnlySpan<byte> field) => 4 + field.Length;

    /// <summary>Writes one field and returns what is left of the destination.</summary>
    public static Span<byte> Write(Span<byte> destination, ReadOnlySpan<byte> field)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, field.Length);
        field.CopyTo(destination[4..]);
        return destination[(4 + field.Length)..];
    }

    public static byte[] Of(params ReadOnlySpan<byte[]> fields)
    {
        var size = 0;
        foreach (var field in fields) size += SizeOf(field);
        var framed = new byte[size];
        var rest = framed.AsSpan();
        foreach (var field in fields) rest = Write(rest, field);
        return framed;
    }

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Number(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>Reads one field off the front; false if what is left is too short for it.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> field)
    {
        field = default;
        if (rest.Length < 4) return false;
        var length = BinaryPrimitives.ReadInt32BigEndian(rest);
        if (length < 0 || length > rest.Length - 4) return false;
        field = rest.Slice(4, length);
        rest = rest[(4 + length)..];
        return true;
    }
}
