using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Keyward.Vault.Audit;

/// <summary>One entry in the journal: length 4 ‖ CRC-32C 4 ‖ chain 32 ‖ entry, numbers big-endian. The CRC covers
/// length,
/// chain and entry; the chain is the hash of all entries before (docs/reference/audit-journal.md).</summary>
internal static class JournalFrame
{
    public const int HeaderSizeBytes = 40;
    public const int ChainSizeBytes = 32;

    /// <summary>Writes a frame and moves the chain on to behind its entry.</summary>
    public static void Write(Span<byte> destination, ReadOnlySpan<byte> entry, Span<byte> chain)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, entry.Length);
        chain.CopyTo(destination[8..]);
        entry.CopyTo(destination[HeaderSizeBytes..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], CrcOf(destination, entry.Length));
        Advance(chain, destination, entry.Length);
    }

    /// <summary>Reads the frame at the front. False if it is cut off, damaged, or not the next of this chain.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> chain, out ReadOnlySpan<byte> entry)
    {
        entry = default;
        if (!IsWhole(bytes, out var length)) return false;
        if (!bytes.Slice(8, ChainSizeBytes).SequenceEqual(chain)) return false;
        entry = bytes.Slice(HeaderSizeBytes, length);
        return true;
    }

    /// <summary>Whether an undamaged frame of any chain stands at the front.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (bytes.Length < HeaderSizeBytes) return false;
        length = BinaryPrimitives.ReadInt32BigEndian(bytes);
        return length is >= 0 and <= IAuditLog.MaximumEntrySizeBytes && length <= bytes.Length - HeaderSizeBytes
            && BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) == CrcOf(bytes, length);
    }

    /// <summary>Whether a whole frame stands anywhere behind the first byte.</summary>
    public static bool HasWholeFrame(ReadOnlySpan<byte> bytes)
    {
        for (var at = 1; at < bytes.Length - HeaderSizeBytes; at++)
            if (bytes[at] == 0 && IsWhole(bytes[at..], out var length) && length > 0) return true;
        return false;
    }

    /// <summary>chain′ = SHA-256(chain ‖ entry), which stand side by side in a frame.</summary>
    public static void Advance(Span<byte> chain, ReadOnlySpan<byte> frame, int entrySizeBytes) =>
        SHA256.HashData(frame.Slice(8, ChainSizeBytes + entrySizeBytes), chain);

    private static uint CrcOf(ReadOnlySpan<byte> frame, int length) => Crc32C.Finish(
        Crc32C.Add(Crc32C.Add(Crc32C.Start, frame[..4]), frame.Slice(8, ChainSizeBytes + length)));
}
