using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Keystores.Software;
using Keyward.Vault.Imports;

namespace Keyward.Keystores.Importing;

/// <summary>What a client does with an import job's public key, for the command line: the counterpart of
/// <see cref="Unwrapping"/>.</summary>
internal static class Wrapping
{
    private const int AesKeySizeBytes = 32;

    /// <param name="publicKey">SubjectPublicKeyInfo of an RSA key, the bare bytes of the others.</param>
    public static byte[] Wrap(ImportMethod method, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> material)
    {
        if (ImportMethods.IsHpke(method))
        {
            var (encapsulated, shared) = Encapsulation.To(method, publicKey);
            byte[] wrapped = [.. encapsulated, .. Hpke.Seal(Hpke.SuiteOf(method), shared, material)];
            CryptographicOperations.ZeroMemory(shared);
            return wrapped;
        }

        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(publicKey, out _);
        var padding = RSAEncryptionPadding.CreateOaep(Hashing.NameOf(Unwrapping.SchemeOf(method)));
        if (!ImportMethods.HasAesKey(method)) return rsa.Encrypt(material, padding);
        using var key = SecretBytes.Random(AesKeySizeBytes);
        using var aes = Aes.Create();
        aes.SetKey(key.Span);
        return [.. rsa.Encrypt(key.Span, padding), .. aes.EncryptKeyWrapPadded(material)];
    }
}
