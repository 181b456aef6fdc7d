using System.Buffers.Binary;
using System.Numerics;

namespace Keyward.Vault.Audit;

/// <summary>CRC-32C (Castagnoli; RFC 3720 appendix B.4).</summary>
public static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes) => Finish(Add(Start, bytes));

    internal const uint Start = ~0u;

    internal static uint Add(uint state, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (var b in bytes) state = BitOperations.Crc32C(state, b);
        return state;
    }

    internal static uint Finish(uint state) => ~state;
}
