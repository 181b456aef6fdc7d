using System.Buffers.Binary;
using System.Security.Cryptography;
using Keyward.Keystores.Material;

namespace Keyward.Keystores.Age;

/// <summary>The payload of an age file: chunks of 64 KiB, each with its tag, numbered, the last one marked (the STREAM
/// construction; C2SP age, "Payload").</summary>
internal static class AgePayload
{
    public const int ChunkSizeBytes = 64 * 1024;
    public const int TagSizeBytes = 16;
    public const int NonceSizeBytes = 16;

    public static ChaCha20Poly1305 CipherOf(SecretBytes fileKey, ReadOnlySpan<byte> nonce)
    {
        using var key = new SecretBytes(32);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, fileKey.Span, key.Writable, nonce, "payload"u8);
        return new ChaCha20Poly1305(key.Span);
    }

    public static void WriteNonce(Span<byte> nonce, long chunk, bool isLast)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce[3..], chunk);
        nonce[11] = isLast ? (byte)1 : (byte)0;
    }
}
