using System.Security.Cryptography;
using Keyward.Keystores.Software;
using Keyward.Vault.Imports;
using NSec.Cryptography;
using Org.BouncyCastle.Crypto.Kems;
using Org.BouncyCastle.Crypto.Parameters;

namespace Keyward.Keystores.Importing;

/// <summary>A fresh secret for somebody's public key: ML-KEM (FIPS 203), and X-Wing (draft-connolly-cfrg-xwing-kem),
/// which joins ML-KEM-768 and X25519.</summary>
internal static class Encapsulation
{
    private const int MlKem768KeySizeBytes = 1_184;

    public static (byte[] Ciphertext, byte[] Secret) To(ImportMethod method, ReadOnlySpan<byte> publicKey) =>
        method switch
        {
            ImportMethod.HpkeMlKem768 => ToMlKem(MLKemParameters.ml_kem_768, publicKey),
            ImportMethod.HpkeMlKem1024 => ToMlKem(MLKemParameters.ml_kem_1024, publicKey),
            ImportMethod.HpkeXWing => ToXWing(publicKey),
            _ => throw new ArgumentOutOfRangeException(nameof(method)),
        };

    private static (byte[] Ciphertext, byte[] Secret) ToMlKem(MLKemParameters parameters, ReadOnlySpan<byte> key)
    {
        var encapsulator = new MLKemEncapsulator(parameters);
        encapsulator.Init(new ParametersWithRandom(
            MLKemPublicKeyParameters.FromEncoding(parameters, key.ToArray()), KernelSecureRandom.Instance));
        var ciphertext = new byte[encapsulator.EncapsulationLength];
        var secret = new byte[encapsulator.SecretLength];
        encapsulator.Encapsulate(ciphertext, secret);
        return (ciphertext, secret);
    }

    private static (byte[] Ciphertext, byte[] Secret) ToXWing(ReadOnlySpan<byte> publicKey)
    {
        var point = publicKey[MlKem768KeySizeBytes..];
        var (ciphertext, secret) = ToMlKem(MLKemParameters.ml_kem_768, publicKey[..MlKem768KeySizeBytes]);
        using var ephemeral = Key.Create(KeyAgreementAlgorithm.X25519);
        var own = ephemeral.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        var other = PublicKey.Import(KeyAgreementAlgorithm.X25519, point, KeyBlobFormat.RawPublicKey);
        using var agreed = KeyAgreementAlgorithm.X25519.Agree(
            ephemeral, other, new SharedSecretCreationParameters
            {
                ExportPolicy = KeyExportPolicies.AllowPlaintextExport,
            }) ?? throw new CryptographicException("The public key is of low order.");
        var shared = agreed.Export(SharedSecretBlobFormat.RawSharedSecret);
        byte[] joined = [.. secret, .. shared, .. own, .. point, .. XWingPair.Label];
        var combined = SHA3_256.HashData(joined);
        CryptographicOperations.ZeroMemory(joined);
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(shared);
        return ([.. ciphertext, .. own], combined);
    }
}
