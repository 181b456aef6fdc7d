using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Vault.Algorithms;

namespace Keyward.Keystores.Software;

/// <summary>AES in standard modes, as a caller can compute them elsewhere: GCM (SP 800-38D), CBC without padding and
/// CTR (SP 800-38A). CBC and CTR authenticate nothing. Safe for concurrent use: one-shot calls of one <see cref="Aes"/>
/// are, and each GCM message has an <see cref="System.Security.Cryptography.AesGcm"/> of its own.</summary>
internal sealed class RawAes : IDisposable
{
    public const int BlockSizeBytes = 16;
    public const int TagSizeBytes = 16;

    private readonly SecretBytes _key;
    private readonly Scheme _scheme;
    private readonly Aes _aes = Aes.Create();

    public RawAes(Scheme scheme, ReadOnlySpan<byte> key)
    {
        _scheme = scheme;
        _key = new SecretBytes(key);
        _aes.SetKey(key);
    }

    public byte[] Encrypt(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext)
    {
        if (_scheme == Scheme.AesCbc) return _aes.EncryptCbc(plaintext, iv, PaddingMode.None);
        if (_scheme == Scheme.AesCtr) return Count(iv, plaintext);
        var output = new byte[plaintext.Length + TagSizeBytes];
        using var gcm = new System.Security.Cryptography.AesGcm(_key.Span, TagSizeBytes);
        gcm.Encrypt(iv, plaintext, output.AsSpan(0, plaintext.Length), output.AsSpan(plaintext.Length), aad);
        return output;
    }

    public bool TryDecrypt(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> ciphertext,
        int tagSizeBytes, out byte[] plaintext)
    {
        if (_scheme == Scheme.AesCbc)
        {
            plaintext = _aes.DecryptCbc(ciphertext, iv, PaddingMode.None);
            return true;
        }

        if (_scheme == Scheme.AesCtr)
        {
            plaintext = Count(iv, ciphertext);
            return true;
        }

        plaintext = [];
        if (ciphertext.Length < tagSizeBytes) return false;
        using var gcm = new System.Security.Cryptography.AesGcm(_key.Span, tagSizeBytes);
        var opened = new byte[ciphertext.Length - tagSizeBytes];
        try
        {
            gcm.Decrypt(iv, ciphertext[..opened.Length], ciphertext[opened.Length..], opened, aad);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        plaintext = opened;
        return true;
    }

    public void Dispose()
    {
        _aes.Dispose();
        _key.Dispose();
    }

    public override string ToString() => nameof(RawAes);

    /// <summary>The platform has no CTR: the key stream is the encryption of the counter blocks, all in one
    /// call.</summary>
    private byte[] Count(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> input)
    {
        var size = (input.Length + BlockSizeBytes - 1) / BlockSizeBytes * BlockSizeBytes;
        var blocks = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var stream = blocks.AsSpan(0, size);
            var counter = BinaryPrimitives.ReadUInt128BigEndian(iv);
            for (var at = 0; at < size; at += BlockSizeBytes)
            {
                BinaryPrimitives.WriteUInt128BigEndian(stream[at..], counter);
                // The counter wraps: SP 800-38A leaves its incrementing function open, all implementations do this.
                counter = unchecked(counter + 1);
            }

            _aes.EncryptEcb(stream, stream, PaddingMode.None);
            var output = new byte[input.Length];
            Xor(input, stream, output);
            return output;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(blocks, clearArray: true);
        }
    }

    private static void Xor(ReadOnlySpan<byte> input, ReadOnlySpan<byte> stream, Span<byte> output)
    {
        var at = 0;
        for (; at <= input.Length - Vector<byte>.Count; at += Vector<byte>.Count)
            (new Vector<byte>(input[at..]) ^ new Vector<byte>(stream[at..])).CopyTo(output[at..]);
        for (; at < input.Length; at++) output[at] = (byte)(input[at] ^ stream[at]);
    }
}
