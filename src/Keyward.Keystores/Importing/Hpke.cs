using System.Buffers.Binary;
using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Keystores.Software;
using Keyward.Vault.Imports;

namespace Keyward.Keystores.Importing;

/// <summary>Hybrid public key encryption (RFC 9180) in base mode, single shot, with HKDF-SHA256 and AES-GCM; the
/// encapsulation is ML-KEM's or X-Wing's (draft-ietf-hpke-pq). The framing is ours, since no library here has it; the
/// parts are libraries'. The info string and the associated data are empty, as nobody says otherwise.</summary>
internal static class Hpke
{
    private const int HashSizeBytes = 32;
    private const int NonceSizeBytes = 12;
    private const int TagSizeBytes = 16;

    private static ReadOnlySpan<byte> Version => "HPKE-v1"u8;

    /// <summary>Identifiers as IANA lists them; the KDF is HKDF-SHA256 (1).</summary>
    /// <param name="Aead">1 for AES-128-GCM, 2 for AES-256-GCM.</param>
    internal readonly record struct Suite(ushort Kem, ushort Aead)
    {
        public int KeySizeBytes => Aead == 1 ? 16 : 32;

        /// <summary>"HPKE", then the three identifiers, two bytes each.</summary>
        public byte[] Id()
        {
            byte[] id = [.. "HPKE"u8, 0, 0, 0, 1, 0, 0];
            BinaryPrimitives.WriteUInt16BigEndian(id.AsSpan(4), Kem);
            BinaryPrimitives.WriteUInt16BigEndian(id.AsSpan(8), Aead);
            return id;
        }
    }

    public static Suite SuiteOf(ImportMethod method) => new(method switch
    {
        ImportMethod.HpkeMlKem768 => 0x0041,
        ImportMethod.HpkeMlKem1024 => 0x0042,
        ImportMethod.HpkeXWing => 0x647a,
        _ => throw new ArgumentOutOfRangeException(nameof(method)),
    }, 2);

    /// <summary>Null where the tag does not hold.</summary>
    /// <param name="info">Empty but in published vectors, like <paramref name="aad"/>.</param>
    public static SecretBytes? Open(IEncapsulationPair pair, Suite suite, ReadOnlySpan<byte> encapsulated,
        ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> info = default, ReadOnlySpan<byte> aad = default)
    {
        if (encapsulated.Length != pair.CiphertextSizeBytes || ciphertext.Length < TagSizeBytes) return null;
        var shared = pair.Decapsulate(encapsulated);
        using var context = KeySchedule(suite, shared, info);
        CryptographicOperations.ZeroMemory(shared);
        using var gcm = new AesGcm(context.Span[..suite.KeySizeBytes], TagSizeBytes);
        using var plaintext = new SecretBytes(ciphertext.Length - TagSizeBytes);
        try
        {
            gcm.Decrypt(context.Span[suite.KeySizeBytes..], ciphertext[..plaintext.Length],
                ciphertext[plaintext.Length..], plaintext.Writable, aad);
            return new SecretBytes(plaintext.Span);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>What a sender does once he has encapsulated: the ciphertext and its tag.</summary>
    public static byte[] Seal(Suite suite, ReadOnlySpan<byte> shared, ReadOnlySpan<byte> plaintext)
    {
        using var context = KeySchedule(suite, shared, default);
        using var gcm = new AesGcm(context.Span[..suite.KeySizeBytes], TagSizeBytes);
        var sealedBytes = new byte[plaintext.Length + TagSizeBytes];
        gcm.Encrypt(context.Span[suite.KeySizeBytes..], plaintext, sealedBytes.AsSpan(0, plaintext.Length),
            sealedBytes.AsSpan(plaintext.Length));
        return sealedBytes;
    }

    /// <summary>RFC 9180 §5.1 in mode base: the AEAD's key, then its base nonce, which is the nonce of the first
    /// message.</summary>
    internal static SecretBytes KeySchedule(Suite suite, ReadOnlySpan<byte> shared, ReadOnlySpan<byte> info)
    {
        var id = suite.Id();
        byte[] context =
        [
            0, .. Extract(id, [], "psk_id_hash"u8, []), .. Extract(id, [], "info_hash"u8, info),
        ];
        var secret = Extract(id, shared, "secret"u8, []);
        var keys = new SecretBytes(suite.KeySizeBytes + NonceSizeBytes);
        Expand(id, secret, "key"u8, context, keys.Writable[..suite.KeySizeBytes]);
        Expand(id, secret, "base_nonce"u8, context, keys.Writable[suite.KeySizeBytes..]);
        CryptographicOperations.ZeroMemory(secret);
        return keys;
    }

    private static byte[] Extract(
        byte[] id, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> secret)
    {
        byte[] labeled = [.. Version, .. id, .. label, .. secret];
        var extracted = new byte[HashSizeBytes];
        HKDF.Extract(HashAlgorithmName.SHA256, labeled, salt, extracted);
        CryptographicOperations.ZeroMemory(labeled);
        return extracted;
    }

    private static void Expand(
        byte[] id, byte[] secret, ReadOnlySpan<byte> label, byte[] context, Span<byte> output)
    {
        byte[] labeled = [(byte)(output.Length >> 8), (byte)output.Length, .. Version, .. id, .. label, .. context];
        HKDF.Expand(HashAlgorithmName.SHA256, secret, output, labeled);
    }
}
