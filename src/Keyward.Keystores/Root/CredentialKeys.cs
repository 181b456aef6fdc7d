using System.Buffers.Text;
using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Vault.Keystores;

namespace Keyward.Keystores.Root;

/// <summary>Makes the private halves that are handed to their owners once. What is returned is the caller's to clear;
/// nothing of it stays here, and no string of it is ever made.</summary>
internal static class CredentialKeys
{
    private const int RsaSizeBits = 2_048;
    private const int AccessKeySecretSizeBytes = 30;

    /// <summary>RFC 7468 §2: 64 characters a line, which are 48 bytes.</summary>
    private const int LineSizeBytes = 48;

    /// <summary>A PKCS#8 of RSA-2048 has some 1,220 bytes.</summary>
    private const int MaximumPkcs8SizeBytes = 4_096;

    public static (byte[] PublicKey, byte[] PrivateKeyPem) MakeServiceAccountKey()
    {
        using var rsa = RSA.Create(RsaSizeBits);
        ConfirmPair(rsa);
        using var der = new SecretBytes(MaximumPkcs8SizeBytes);
        if (!rsa.TryExportPkcs8PrivateKey(der.Writable, out var size))
            throw new CryptographicException("The private key is larger than expected.");
        return (rsa.ExportSubjectPublicKeyInfo(), PemOf(der.Span[..size]));
    }

    public static (byte[] PublicKey, SealedKey PrivateKey) MakeTokenKey(RootSealers sealer, SealBinding binding)
    {
        using var rsa = RSA.Create(RsaSizeBits);
        ConfirmPair(rsa);
        using var der = new SecretBytes(MaximumPkcs8SizeBytes);
        if (!rsa.TryExportPkcs8PrivateKey(der.Writable, out var size))
            throw new CryptographicException("The private key is larger than expected.");
        return (rsa.ExportSubjectPublicKeyInfo(), sealer.Seal(binding, der.Span[..size]));
    }

    public static byte[] Sign(RootSealers sealer, SealedKey key, ReadOnlySpan<byte> bytes)
    {
        using var opened = sealer.Open(key);
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(opened.Span, out _);
        return rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    public static byte[] MakeAccessKeySecret()
    {
        Span<byte> random = stackalloc byte[AccessKeySecretSizeBytes];
        RandomNumberGenerator.Fill(random);
        var text = SecretTextOf(random);
        CryptographicOperations.ZeroMemory(random);
        return text;
    }

    /// <summary>The first 30 bytes in the form of an access key's secret.</summary>
    public static byte[] SecretTextOf(ReadOnlySpan<byte> bytes)
    {
        var text = new byte[Base64.GetMaxEncodedToUtf8Length(AccessKeySecretSizeBytes)];
        Base64.EncodeToUtf8(bytes[..AccessKeySecretSizeBytes], text, out _, out _);
        return text;
    }

    /// <summary>A pair that does not belong together would be found only when its owner is locked out.</summary>
    private static void ConfirmPair(RSA rsa)
    {
        var signature = rsa.SignData("pair"u8, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (!rsa.VerifyData("pair"u8, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
            throw new CryptographicException("A new key pair does not fit together.");
    }

    private static byte[] PemOf(ReadOnlySpan<byte> der)
    {
        var head = "-----BEGIN PRIVATE KEY-----\n"u8;
        var foot = "-----END PRIVATE KEY-----\n"u8;
        var lines = (der.Length + LineSizeBytes - 1) / LineSizeBytes;
        var pem = new byte[head.Length + Base64.GetMaxEncodedToUtf8Length(der.Length) + lines + foot.Length];
        head.CopyTo(pem);
        var at = head.Length;
        for (; !der.IsEmpty; der = der[Math.Min(LineSizeBytes, der.Length)..])
        {
            Base64.EncodeToUtf8(der[..Math.Min(LineSizeBytes, der.Length)], pem.AsSpan(at), out _, out var written);
            at += written;
            pem[at++] = (byte)'\n';
        }

        foot.CopyTo(pem.AsSpan(at));
        return pem;
    }
}
