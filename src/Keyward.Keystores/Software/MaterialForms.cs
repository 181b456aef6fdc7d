using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Vault.Algorithms;

namespace Keyward.Keystores.Software;

/// <summary>The forms in which material is kept (docs/reference/format.md): made here, and opened here for
/// use.</summary>
internal static class MaterialForms
{
    /// <summary>New random material, checked as a pair where it is one. RSA takes up to seconds.</summary>
    public static SecretBytes Make(AlgorithmRow row)
    {
        var secret = row.Material switch
        {
            MaterialKind.Symmetric => SecretBytes.Random(row.SizeBytes),
            MaterialKind.Rsa => MakeRsa(row.SizeBits),
            MaterialKind.EcP256 or MaterialKind.EcP384 or MaterialKind.EcP521 or MaterialKind.EcSecp256k1 =>
                MakeEc(row.Material),
            MaterialKind.Ed25519 => SecretBytes.Random(Ed25519Pair.SeedSizeBytes),
            MaterialKind.MlDsa44 or MaterialKind.MlDsa65 or MaterialKind.MlDsa87 =>
                SecretBytes.Random(MlDsaPair.SeedSizeBytes),
            MaterialKind.SlhDsaSha2Of128s => SlhDsaPair.Make(),
            MaterialKind.MlKem768 or MaterialKind.MlKem1024 => SecretBytes.Random(MlKemPair.SeedSizeBytes),
            MaterialKind.XWing => SecretBytes.Random(XWingPair.SeedSizeBytes),
            MaterialKind.Unspecified => throw new ArgumentOutOfRangeException(nameof(row)),
        };
        using var opened = Open(row, secret.Span);
        // A pair that does not belong together would be found only when something is lost by it.
        return opened is IKeyPair pair && !pair.IsConsistent()
            ? throw new CryptographicException("A new key pair does not fit together.")
            : secret;
    }

    /// <summary>The form that is used: a pair, or a symmetric key for its one scheme.</summary>
    public static IDisposable Open(AlgorithmRow row, ReadOnlySpan<byte> secret) => row.Material switch
    {
        MaterialKind.Symmetric => OpenSymmetric(row.Scheme, secret),
        MaterialKind.Rsa => new RsaPair(secret, row.Scheme == Scheme.RsaPkcs1Raw),
        MaterialKind.EcP256 or MaterialKind.EcP384 or MaterialKind.EcP521 or MaterialKind.EcSecp256k1 =>
            new EcPair(secret),
        MaterialKind.Ed25519 => new Ed25519Pair(secret),
        MaterialKind.MlDsa44 or MaterialKind.MlDsa65 or MaterialKind.MlDsa87 => new MlDsaPair(row.Material, secret),
        MaterialKind.SlhDsaSha2Of128s => new SlhDsaPair(secret),
        MaterialKind.MlKem768 or MaterialKind.MlKem1024 => new MlKemPair(row.Material, secret),
        MaterialKind.XWing => new XWingPair(secret),
        MaterialKind.Unspecified => throw new ArgumentOutOfRangeException(nameof(row)),
    };

    /// <summary>A platform's key as PKCS#8 in memory of ours.</summary>
    public static SecretBytes Export(AsymmetricAlgorithm key, int maximumSizeBytes)
    {
        using var buffer = new SecretBytes(maximumSizeBytes);
        return key.TryExportPkcs8PrivateKey(buffer.Writable, out var size)
            ? new SecretBytes(buffer.Span[..size])
            : throw new CryptographicException("The private key is larger than expected.");
    }

    private static IDisposable OpenSymmetric(Scheme scheme, ReadOnlySpan<byte> secret) => scheme switch
    {
        Scheme.Symmetric => new Xaes256Gcm(secret),
        Scheme.AesGcm or Scheme.AesCbc or Scheme.AesCtr => new RawAes(scheme, secret),
        _ => new MacKey(scheme, secret),
    };

    private static SecretBytes MakeRsa(int bits)
    {
        using var rsa = RSA.Create(bits);
        return Export(rsa, RsaPair.MaximumPkcs8SizeBytes);
    }

    private static SecretBytes MakeEc(MaterialKind kind)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromValue(EcPair.OidOf(kind)));
        return Export(key, EcPair.MaximumPkcs8SizeBytes);
    }
}
