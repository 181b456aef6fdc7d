using System.Security.Cryptography;

namespace Keyward.Keystores.Software;

/// <summary>XAES-256-GCM (C2SP, XAES-256-GCM): AES-256-GCM under a key derived from the key and the first half of a
/// 24-byte nonce. Key 32 bytes, nonce 24, tag 16; random nonces stay safe for 2^80 messages a key. Not resistant to a
/// repeated nonce, and not committing: <see cref="Commit"/> adds that.</summary>
/// <remarks>A keyed <see cref="Aes"/> may be shared by threads for one-shot calls; an <see cref="AesGcm"/> may not (it
/// corrupts silently), so each operation makes its own.</remarks>
internal static class Xaes256Gcm
{
    public const int KeySizeBytes = 32;
    public const int NonceSizeBytes = 24;
    public const int TagSizeBytes = 16;
    public const int CommitmentSizeBytes = 32;

    private const int BlockSizeBytes = 16;

    public static Aes Open(ReadOnlySpan<byte> key)
    {
        var aes = Aes.Create();
        aes.SetKey(key);
        return aes;
    }

    public static void Encrypt(Aes aes, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext,
        Span<byte> tag, ReadOnlySpan<byte> aad)
    {
        Span<byte> derived = stackalloc byte[KeySizeBytes];
        try
        {
            DeriveKey(aes, nonce, derived);
            using var gcm = new AesGcm(derived, TagSizeBytes);
            gcm.Encrypt(nonce[12..], plaintext, ciphertext, tag, aad);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    /// <summary>False for a tag that does not hold; then the plaintext is cleared.</summary>
    public static bool TryDecrypt(Aes aes, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext,
        ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> aad)
    {
        Span<byte> derived = stackalloc byte[KeySizeBytes];
        try
        {
            DeriveKey(aes, nonce, derived);
            using var gcm = new AesGcm(derived, TagSizeBytes);
            gcm.Decrypt(nonce[12..], ciphertext, tag, plaintext, aad);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(plaintext);
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    /// <summary>A CMAC commitment to key and nonce: CMAC(<c>XCMT</c> ‖ nonce ‖ 00010001) ‖ CMAC(… ‖ 00010002), 32
    /// bytes.
    /// The construction is that of ePrint 2025/758; it does not commit to the context.</summary>
    public static void Commit(Aes aes, ReadOnlySpan<byte> nonce, Span<byte> commitment)
    {
        Span<byte> subkey = stackalloc byte[BlockSizeBytes];
        Span<byte> first = stackalloc byte[BlockSizeBytes];
        Span<byte> last = stackalloc byte[2 * BlockSizeBytes];
        Subkey(aes, subkey);
        "XCMT"u8.CopyTo(first);
        nonce[..12].CopyTo(first[4..]);
        aes.EncryptEcb(first, first, PaddingMode.None);
        for (var half = 0; half < 2; half++)
        {
            var block = last.Slice(half * BlockSizeBytes, BlockSizeBytes);
            nonce[12..].CopyTo(block);
            block[12] = 0;
            block[13] = 1;
            block[14] = 0;
            block[15] = (byte)(half + 1);
            Xor(block, first);
            Xor(block, subkey);
        }

        aes.EncryptEcb(last, commitment, PaddingMode.None);
        CryptographicOperations.ZeroMemory(subkey);
    }

    private static void DeriveKey(Aes aes, ReadOnlySpan<byte> nonce, Span<byte> derived)
    {
        Span<byte> subkey = stackalloc byte[BlockSizeBytes];
        Span<byte> blocks = stackalloc byte[2 * BlockSizeBytes];
        Subkey(aes, subkey);
        for (var half = 0; half < 2; half++)
        {
            var block = blocks.Slice(half * BlockSizeBytes, BlockSizeBytes);
            block[0] = 0;
            block[1] = (byte)(half + 1);
            block[2] = 0x58;
            block[3] = 0;
            nonce[..12].CopyTo(block[4..]);
            Xor(block, subkey);
        }

        aes.EncryptEcb(blocks, derived, PaddingMode.None);
        CryptographicOperations.ZeroMemory(subkey);
    }

    /// <summary>CMAC's K1 (SP 800-38B §6.1): the encrypted zero block doubled in GF(2^128), without a branch on
    /// it.</summary>
    private static void Subkey(Aes aes, Span<byte> subkey)
    {
        subkey.Clear();
        aes.EncryptEcb(subkey, subkey, PaddingMode.None);
        var carry = subkey[0] >> 7;
        for (var i = 0; i < BlockSizeBytes - 1; i++)
            subkey[i] = (byte)(((subkey[i] << 1) | (subkey[i + 1] >> 7)) & 0xff);
        subkey[15] = (byte)(((subkey[15] << 1) & 0xff) ^ (0x87 & -carry));
    }

    private static void Xor(Span<byte> block, ReadOnlySpan<byte> other)
    {
        for (var i = 0; i < block.Length; i++) block[i] ^= other[i];
    }
}
