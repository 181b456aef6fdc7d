using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Vault.Algorithms;

namespace Keyward.Keystores.Software;

/// <summary>RSA (RFC 8017): PSS, PKCS#1 v1.5 signatures and OAEP by the platform; raw PKCS#1 by libcrypto. Kept as
/// PKCS#8. Sizes are 2048, 3072 and 4096 bits, the public exponent is 65537. Decryption with PKCS#1 v1.5 padding is
/// offered nowhere: it is an oracle.</summary>
internal sealed class RsaPair : ISigningPair
{
    /// <summary>An RSA-4096 PKCS#8 has some 2,380 bytes.</summary>
    public const int MaximumPkcs8SizeBytes = 4_096;

    private static readonly byte[] Exponent65537 = [1, 0, 1];

    private readonly RSA _rsa = RSA.Create();
    private readonly RawPkcs1? _raw;

    /// <param name="isRaw">Whether the pair is for raw PKCS#1, which needs a native form of its own.</param>
    public RsaPair(ReadOnlySpan<byte> pkcs8, bool isRaw)
    {
        _rsa.ImportPkcs8PrivateKey(pkcs8, out _);
        PublicKey = _rsa.ExportSubjectPublicKeyInfo();
        if (isRaw) _raw = new RawPkcs1(pkcs8);
    }

    public byte[] PublicKey { get; }

    public byte[] RawPublicKey => [];

    public int SizeBits => _rsa.KeySize;

    public bool HasUsualExponent => _rsa.ExportParameters(false).Exponent.AsSpan().SequenceEqual(Exponent65537);

    public byte[] Sign(Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input)
    {
        Span<byte> buffer = stackalloc byte[64];
        var signature = scheme == Scheme.RsaPkcs1Raw
            ? _raw!.Sign(input)
            : _rsa.SignHash(Hashing.Digest(scheme, kind, input, buffer).ToArray(), Hashing.NameOf(scheme),
                PaddingOf(scheme));
        // A fault of the machine in one half of the CRT gives a signature from which the key can be computed (Boneh,
        // DeMillo, Lipton), so none leaves that does not verify. It costs a fiftieth of the signature.
        return Verify(scheme, kind, input, signature)
            ? signature
            : throw new CryptographicException("An RSA signature does not verify.");
    }

    public bool Verify(Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != _rsa.KeySize / 8) return false;
        return scheme == Scheme.RsaPkcs1Raw
            ? _raw!.Verify(input, signature)
            : Verify(_rsa, scheme, kind, input, signature);
    }

    /// <summary>The same under any public key, for all schemes but the raw one.</summary>
    public static bool Verify(
        RSA key, Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
    {
        Span<byte> buffer = stackalloc byte[64];
        return key.VerifyHash(Hashing.Digest(scheme, kind, input, buffer), signature, Hashing.NameOf(scheme),
            PaddingOf(scheme));
    }

    public byte[] Encrypt(Scheme scheme, ReadOnlySpan<byte> plaintext) =>
        _rsa.Encrypt(plaintext, RSAEncryptionPadding.CreateOaep(Hashing.NameOf(scheme)));

    /// <summary>One false for every reason, whatever the library says of it.</summary>
    public bool TryDecrypt(Scheme scheme, ReadOnlySpan<byte> ciphertext, out byte[] plaintext)
    {
        plaintext = [];
        if (ciphertext.Length != _rsa.KeySize / 8) return false;
        try
        {
            plaintext = _rsa.Decrypt(ciphertext, RSAEncryptionPadding.CreateOaep(Hashing.NameOf(scheme)));
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>The same for a key that was wrapped: it never lies in ordinary memory.</summary>
    public SecretBytes? Open(Scheme scheme, ReadOnlySpan<byte> ciphertext)
    {
        using var buffer = new SecretBytes(_rsa.KeySize / 8);
        try
        {
            var padding = RSAEncryptionPadding.CreateOaep(Hashing.NameOf(scheme));
            return _rsa.TryDecrypt(ciphertext, buffer.Writable, padding, out var size)
                ? new SecretBytes(buffer.Span[..size])
                : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public bool IsConsistent()
    {
        var message = "pair"u8;
        return Verify(Scheme.RsaPkcs1Sha256, SignatureInput.Message, message,
            Sign(Scheme.RsaPkcs1Sha256, SignatureInput.Message, message));
    }

    public void Dispose()
    {
        _raw?.Dispose();
        _rsa.Dispose();
    }

    public override string ToString() => nameof(RsaPair);

    private static RSASignaturePadding PaddingOf(Scheme scheme) =>
        scheme is Scheme.RsaPssSha256 or Scheme.RsaPssSha384 or Scheme.RsaPssSha512
            ? RSASignaturePadding.Pss
            : RSASignaturePadding.Pkcs1;
}
