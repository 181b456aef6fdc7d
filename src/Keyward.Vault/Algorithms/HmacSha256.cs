using System.Security.Cryptography;

namespace Keyward.Vault.Algorithms;

/// <summary>HMAC-SHA-256 (FIPS 198-1) of short messages by <see cref="Sha256"/>, whose context each thread keeps: the
/// platform's one-shot method makes and frees three for each message. Nothing of a key is left in that context, only
/// the MAC.</summary>
public static class HmacSha256
{
    public const int SizeBytes = Sha256.SizeBytes;

    private const int BlockSizeBytes = 64;
    private const byte InnerPad = 0x36;
    private const byte OuterPad = 0x5c;

    /// <param name="mac">Takes the MAC; may be where the message lies.</param>
    public static void HashData(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> mac) =>
        HashData(key, message, [], mac);

    /// <summary>The MAC of two parts, one behind the other.</summary>
    public static void HashData(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> mac)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mac.Length, SizeBytes);
        Span<byte> pad = stackalloc byte[BlockSizeBytes];
        pad.Clear();
        try
        {
            if (key.Length > BlockSizeBytes) Sha256.HashData(key, pad);
            else key.CopyTo(pad);
            Xor(pad, InnerPad);
            Sha256.HashData(pad, first, second, mac);
            Xor(pad, InnerPad ^ OuterPad);
            Sha256.HashData(pad, mac[..SizeBytes], [], mac);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pad);
        }
    }

    private static void Xor(Span<byte> block, byte with)
    {
        for (var i = 0; i < block.Length; i++) block[i] ^= with;
    }
}
