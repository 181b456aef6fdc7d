using System.Buffers.Binary;
using Keyward.Vault.Algorithms;

namespace Keyward.Vault.Audit;

/// <summary>One entry in the journal: length 4 ‖ CRC-32C 4 ‖ first 8 ‖ chain 32 ‖ entry, numbers big-endian. First is
/// the index of the first entry that was flushed together with this one; the chain is the hash of all entries before;
/// the CRC covers all but itself (docs/reference/audit.md).</summary>
internal static class JournalFrame
{
    public const int HeaderSizeBytes = ChainAt + ChainSizeBytes;
    public const int ChainSizeBytes = 32;
    private const int ChainAt = 16;

    /// <summary>Writes a frame and moves the chain on to behind its entry.</summary>
    public static void Write(Span<byte> destination, ReadOnlySpan<byte> entry, long batchIndex, Span<byte> chain)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, entry.Length);
        BinaryPrimitives.WriteInt64BigEndian(destination[8..], batchIndex);
        chain.CopyTo(destination[ChainAt..]);
        entry.CopyTo(destination[HeaderSizeBytes..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], CrcOf(destination, entry.Length));
        Advance(chain, destination, entry.Length);
    }

    /// <summary>Reads the frame at the front. False if it is cut off, damaged, or not the next of this chain.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> chain, out ReadOnlySpan<byte> entry)
    {
        entry = default;
        if (!IsWhole(bytes, out var length)) return false;
        if (!bytes.Slice(ChainAt, ChainSizeBytes).SequenceEqual(chain)) return false;
        entry = bytes.Slice(HeaderSizeBytes, length);
        return true;
    }

    /// <summary>Whether an undamaged frame of any chain stands at the front.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (bytes.Length < HeaderSizeBytes) return false;
        length = BinaryPrimitives.ReadInt32BigEndian(bytes);
        return length is > 0 and <= IAuditLog.MaximumEntrySizeBytes && length <= bytes.Length - HeaderSizeBytes
            && BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) == CrcOf(bytes, length);
    }

    /// <summary>Whether what follows a broken frame shows that it was acknowledged: a whole frame of a later batch,
    /// which was begun only once all before it was on the disk. A batch that power cut off may have lost any part of
    /// itself, so whole frames of the broken one's own batch say nothing.</summary>
    /// <param name="brokenIndex">Index of the entry whose frame is broken; the bytes begin with that frame.</param>
    public static bool WasAcknowledged(ReadOnlySpan<byte> bytes, long brokenIndex)
    {
        for (var at = 1; at < bytes.Length - HeaderSizeBytes; at++)
        {
            // A length begins with a zero byte, but is not zero: what was never written is passed over at once.
            if (bytes[at] != 0) continue;
            var zeros = bytes[at..].IndexOfAnyExcept((byte)0);
            if (zeros < 0) return false;
            if (zeros >= sizeof(int)) at += zeros - sizeof(int);
            else if (IsWhole(bytes[at..], out _)
                && BinaryPrimitives.ReadInt64BigEndian(bytes[(at + 8)..]) > brokenIndex) return true;
        }

        return false;
    }

    /// <summary>chain′ = SHA-256(chain ‖ entry), which stand side by side in a frame.</summary>
    public static void Advance(Span<byte> chain, ReadOnlySpan<byte> frame, int entrySizeBytes) =>
        Sha256.HashData(frame.Slice(ChainAt, ChainSizeBytes + entrySizeBytes), chain);

    private static uint CrcOf(ReadOnlySpan<byte> frame, int length) => Crc32C.Finish(
        Crc32C.Add(Crc32C.Add(Crc32C.Start, frame[..4]), frame[8..(HeaderSizeBytes + length)]));
}
