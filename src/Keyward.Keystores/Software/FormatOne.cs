using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Vault.KeyUse;

namespace Keyward.Keystores.Software;

/// <summary>The body of ciphertext format 1 under an opened key (docs/reference/format.md): commitment, ciphertext and
/// tag behind a prefix and nonce that stand there already. GCM authenticates header ‖ encoded context.</summary>
internal static class FormatOne
{
    private const int CommitmentOffset = Ciphertext.PrefixSizeBytes + Ciphertext.NonceSizeBytes;

    public static Span<byte> NonceOf(Span<byte> ciphertext) =>
        ciphertext.Slice(Ciphertext.PrefixSizeBytes, Ciphertext.NonceSizeBytes);

    public static void Encrypt(
        Xaes256Gcm key, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext, Span<byte> output)
    {
        Span<byte> messageKey = stackalloc byte[Xaes256Gcm.KeySizeBytes];
        try
        {
            var nonce = NonceOf(output);
            key.DeriveAndCommit(nonce, messageKey, output.Slice(CommitmentOffset, Ciphertext.CommitmentSizeBytes));
            using var associated = new JoinedBytes(output[..Ciphertext.HeaderSizeBytes], context,
                stackalloc byte[JoinedBytes.StackSizeBytes]);
            Aes256Gcm.Encrypt(messageKey, Xaes256Gcm.MessageNonce(nonce), plaintext,
                output[Ciphertext.HeaderSizeBytes..^Ciphertext.TagSizeBytes], output[^Ciphertext.TagSizeBytes..],
                associated.Bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(messageKey);
        }
    }

    /// <summary>False, with a cleared plaintext, for a wrong commitment as for a wrong tag.</summary>
    public static bool TryDecrypt(
        Xaes256Gcm key, ReadOnlySpan<byte> context, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        Span<byte> messageKey = stackalloc byte[Xaes256Gcm.KeySizeBytes];
        Span<byte> commitment = stackalloc byte[Ciphertext.CommitmentSizeBytes];
        try
        {
            var nonce = ciphertext.Slice(Ciphertext.PrefixSizeBytes, Ciphertext.NonceSizeBytes);
            key.DeriveAndCommit(nonce, messageKey, commitment);
            if (!CryptographicOperations.FixedTimeEquals(
                commitment, ciphertext.Slice(CommitmentOffset, Ciphertext.CommitmentSizeBytes)))
            {
                plaintext.Clear();
                return false;
            }

            using var associated = new JoinedBytes(ciphertext[..Ciphertext.HeaderSizeBytes], context,
                stackalloc byte[JoinedBytes.StackSizeBytes]);
            return Aes256Gcm.TryDecrypt(messageKey, Xaes256Gcm.MessageNonce(nonce),
                ciphertext[Ciphertext.HeaderSizeBytes..^Ciphertext.TagSizeBytes],
                ciphertext[^Ciphertext.TagSizeBytes..], plaintext, associated.Bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(messageKey);
        }
    }
}
