using System.Buffers.Binary;

namespace Keyward.Vault.KeyUse;

/// <summary>The self-describing ciphertext, format 1: <c>4b 01</c> ‖ key id 16 ‖ version 4 ‖ nonce 24 ‖ commitment 32 ‖
/// ciphertext ‖ tag 16 (docs/reference/format.md). The first 78 bytes are the header and are authenticated. A format is
/// only ever added; readers of all formats stay.</summary>
internal static class Ciphertext
{
    public const byte Magic = 0x4b;
    public const byte Format = 1;
    public const int PrefixSizeBytes = 22;
    public const int NonceSizeBytes = 24;
    public const int CommitmentSizeBytes = 32;
    public const int HeaderSizeBytes = PrefixSizeBytes + NonceSizeBytes + CommitmentSizeBytes;
    public const int TagSizeBytes = 16;
    public const int OverheadBytes = HeaderSizeBytes + TagSizeBytes;

    public static int SizeOf(int plaintextSizeBytes) => plaintextSizeBytes + OverheadBytes;

    public static void WritePrefix(Span<byte> ciphertext, Guid keyId, int version)
    {
        ciphertext[0] = Magic;
        ciphertext[1] = Format;
        keyId.TryWriteBytes(ciphertext[2..], bigEndian: true, out _);
        BinaryPrimitives.WriteUInt32BigEndian(ciphertext[18..], (uint)version);
    }

    /// <summary>Reads whose ciphertext this claims to be; nothing of it is believed until the tag held.</summary>
    public static bool TryReadPrefix(ReadOnlySpan<byte> ciphertext, out Guid keyId, out int version)
    {
        keyId = default;
        version = 0;
        if (ciphertext.Length < OverheadBytes || ciphertext[0] != Magic || ciphertext[1] != Format) return false;
        keyId = new Guid(ciphertext.Slice(2, 16), bigEndian: true);
        var number = BinaryPrimitives.ReadUInt32BigEndian(ciphertext[18..]);
        if (number is 0 or > int.MaxValue) return false;
        version = (int)number;
        return true;
    }
}
