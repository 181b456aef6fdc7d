using System.Buffers.Binary;

namespace Keyward.Vault.Audit;

/// <summary>128-bit ids and nonces as 32 lower-case hexadecimal digits.</summary>
internal static class Hex128
{
    public const int Length = 32;

    public static string Show(UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[Length / 2];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return Convert.ToHexStringLower(bytes);
    }

    public static Guid ToUuid(UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[Length / 2];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return new Guid(bytes, bigEndian: true);
    }

    public static void Show(UInt128 value, Span<char> digits)
    {
        Span<byte> bytes = stackalloc byte[Length / 2];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        _ = Convert.TryToHexStringLower(bytes, digits, out _);
    }
}
