using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Keystores.Software;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Imports;

namespace Keyward.Keystores.Importing;

/// <summary>Opens what a client wrapped for an import job. What comes out, and the AES key on the way, lie in
/// <see cref="SecretBytes"/> alone. Null for whatever is wrong: the stages are not told apart.</summary>
internal static class Unwrapping
{
    private const int AesKeySizeBytes = 32;

    /// <param name="pair">The job's opened wrapping key: an RSA or an encapsulation pair.</param>
    public static SecretBytes? Open(object pair, ImportMethod method, ReadOnlySpan<byte> wrapped)
    {
        var head = wrapped[..ImportMethods.HeadSizeBytes(method)];
        var rest = wrapped[head.Length..];
        if (pair is IEncapsulationPair kem) return Hpke.Open(kem, Hpke.SuiteOf(method), head, rest);
        var opened = ((RsaPair)pair).Open(SchemeOf(method), head);
        if (opened is null || !ImportMethods.HasAesKey(method)) return opened;
        using (opened) return OpenWithAes(opened, rest);
    }

    public static Scheme SchemeOf(ImportMethod method) =>
        method is ImportMethod.RsaOaep2048Sha1 or ImportMethod.RsaOaep3072Sha1 or ImportMethod.RsaOaep4096Sha1
            or ImportMethod.RsaOaep2048Sha1Aes256 or ImportMethod.RsaOaep3072Sha1Aes256
            or ImportMethod.RsaOaep4096Sha1Aes256
            ? Scheme.RsaOaepSha1
            : Scheme.RsaOaepSha256;

    /// <summary>AES-KWP (RFC 5649). The length is a multiple of 8: the vault has looked.</summary>
    private static SecretBytes? OpenWithAes(SecretBytes key, ReadOnlySpan<byte> wrapped)
    {
        if (key.Length != AesKeySizeBytes) return null;
        using var aes = Aes.Create();
        aes.SetKey(key.Span);
        using var buffer = new SecretBytes(wrapped.Length);
        try
        {
            var size = aes.DecryptKeyWrapPadded(wrapped, buffer.Writable);
            return new SecretBytes(buffer.Span[..size]);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
