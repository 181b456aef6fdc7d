using System.Buffers.Binary;

namespace Keyward.Vault.Audit.Tree;

/// <summary>A file of entries: one after another, each behind its length in two bytes, big-endian.</summary>
internal static class Bundle
{
    public const int LengthSizeBytes = 2;

    public static void Write(List<byte> bundle, ReadOnlySpan<byte> entry)
    {
        Span<byte> length = stackalloc byte[LengthSizeBytes];
        BinaryPrimitives.WriteUInt16BigEndian(length, checked((ushort)entry.Length));
        bundle.AddRange(length);
        bundle.AddRange(entry);
    }

    /// <summary>The first <paramref name="count"/> entries; null if the bytes do not hold that many whole
    /// ones.</summary>
    public static List<ReadOnlyMemory<byte>>? Read(ReadOnlyMemory<byte> bytes, int count, out int endOffset)
    {
        var entries = new List<ReadOnlyMemory<byte>>(count);
        endOffset = 0;
        while (entries.Count < count)
        {
            var rest = bytes[endOffset..];
            if (rest.Length < LengthSizeBytes) return null;
            var length = BinaryPrimitives.ReadUInt16BigEndian(rest.Span);
            if (rest.Length < LengthSizeBytes + length) return null;
            entries.Add(rest.Slice(LengthSizeBytes, length));
            endOffset += LengthSizeBytes + length;
        }

        return entries;
    }
}
