using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Vault.Algorithms;

namespace Keyward.Keystores.Software;

/// <summary>Takes material from outside into the forms in which it is kept, or says in one sentence why not. What comes
/// in is read strictly, its size and parameters must be the algorithm's, and the pair is tried once.</summary>
internal static class MaterialImport
{
    private const string NotPkcs8 = "The key is not a DER PKCS#8 PrivateKeyInfo of the algorithm's kind.";
    private const string NoSeed =
        "The key holds no seed, only the expanded form; export it with its seed and import that.";
    private const string NotConsistent = "The public half of the key does not belong to its private half.";

    public static (SecretBytes? Secret, string? WhyNot) Read(AlgorithmRow row, ReadOnlySpan<byte> bytes)
    {
        try
        {
            var (secret, whyNot) = row.Material switch
            {
                MaterialKind.Symmetric => Symmetric(row, bytes),
                MaterialKind.Rsa => Rsa(row, bytes),
                MaterialKind.EcP256 or MaterialKind.EcP384 or MaterialKind.EcP521 or MaterialKind.EcSecp256k1 =>
                    Ec(row.Material, bytes),
                MaterialKind.Ed25519 => Ed25519(bytes),
                MaterialKind.MlDsa44 or MaterialKind.MlDsa65 or MaterialKind.MlDsa87 => MlDsa(row.Material, bytes),
                MaterialKind.MlKem768 or MaterialKind.MlKem1024 => MlKem(row.Material, bytes),
                MaterialKind.SlhDsaSha2Of128s => Bare(bytes, SlhDsaPair.Oid, SlhDsaPair.PrivateKeySizeBytes),
                MaterialKind.XWing => XWing(bytes),
                MaterialKind.Unspecified => throw new ArgumentOutOfRangeException(nameof(row)),
            };
            return secret is null ? (null, whyNot) : Tried(row, secret);
        }
        catch (CryptographicException)
        {
            // The library's words may tell of the key: ours do not.
            return (null, NotPkcs8);
        }
    }

    private static (SecretBytes?, string?) Tried(AlgorithmRow row, SecretBytes secret)
    {
        try
        {
            using var opened = MaterialForms.Open(row, secret.Span);
            if (opened is not IKeyPair pair || pair.IsConsistent()) return (secret, null);
        }
        catch (CryptographicException)
        {
        }

        secret.Dispose();
        return (null, NotConsistent);
    }

    private static (SecretBytes?, string?) Symmetric(AlgorithmRow row, ReadOnlySpan<byte> bytes) =>
        bytes.Length == row.SizeBytes
            ? (new SecretBytes(bytes), null)
            : (null, $"The key has {bytes.Length} bytes; the algorithm needs {row.SizeBytes}.");

    private static (SecretBytes?, string?) Rsa(AlgorithmRow row, ReadOnlySpan<byte> bytes)
    {
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(bytes, out var read);
        if (read != bytes.Length) return (null, NotPkcs8);
        if (rsa.KeySize != row.SizeBits)
            return (null, $"The key's modulus has {rsa.KeySize} bits; the algorithm needs {row.SizeBits}.");
        var secret = MaterialForms.Export(rsa, RsaPair.MaximumPkcs8SizeBytes);
        using var pair = new RsaPair(secret.Span, isRaw: false);
        if (pair.HasUsualExponent) return (secret, null);
        secret.Dispose();
        return (null, "The key's public exponent is not 65537.");
    }

    private static (SecretBytes?, string?) Ec(MaterialKind kind, ReadOnlySpan<byte> bytes)
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(bytes, out var read);
        if (read != bytes.Length) return (null, NotPkcs8);
        var secret = MaterialForms.Export(key, EcPair.MaximumPkcs8SizeBytes);
        using var pair = new EcPair(secret.Span);
        if (pair.CurveOid == EcPair.OidOf(kind)) return (secret, null);
        secret.Dispose();
        return (null, "The key is on another curve than the algorithm's.");
    }

    private static (SecretBytes?, string?) Ed25519(ReadOnlySpan<byte> bytes) =>
        Pkcs8.TryRead(bytes, Ed25519Pair.Oid, out var inner) && Pkcs8.TryReadOctets(inner, null, out var seed)
            && seed.Length == Ed25519Pair.SeedSizeBytes
            ? (new SecretBytes(seed), null)
            : (null, NotPkcs8);

    private static (SecretBytes?, string?) MlDsa(MaterialKind kind, ReadOnlySpan<byte> bytes)
    {
        if (!Pkcs8.TryRead(bytes, MlDsaPair.OidOf(kind), out var inner)) return (null, NotPkcs8);
        if (!Pkcs8.TryReadSeed(inner, out var seed, out var expanded)
            || seed.Length != MlDsaPair.SeedSizeBytes) return (null, NoSeed);
        if (!expanded.IsEmpty)
        {
            using var pair = new MlDsaPair(kind, seed);
            if (!pair.IsExpandedAs(expanded)) return (null, NotConsistent);
        }

        return (new SecretBytes(seed), null);
    }

    private static (SecretBytes?, string?) MlKem(MaterialKind kind, ReadOnlySpan<byte> bytes)
    {
        if (!Pkcs8.TryRead(bytes, MlKemPair.OidOf(kind), out var inner)) return (null, NotPkcs8);
        if (!Pkcs8.TryReadSeed(inner, out var seed, out var expanded)
            || seed.Length != MlKemPair.SeedSizeBytes) return (null, NoSeed);
        if (!expanded.IsEmpty)
        {
            using var pair = new MlKemPair(kind, seed);
            if (!pair.IsExpandedAs(expanded)) return (null, NotConsistent);
        }

        return (new SecretBytes(seed), null);
    }

    /// <summary>The draft's private key is its seed: taken bare too, as other implementations keep it.</summary>
    private static (SecretBytes?, string?) XWing(ReadOnlySpan<byte> bytes) => bytes.Length == XWingPair.SeedSizeBytes
        ? (new SecretBytes(bytes), null)
        : Bare(bytes, XWingPair.Oid, XWingPair.SeedSizeBytes);

    /// <summary>Algorithms whose octet string holds the key itself (RFC 9909, 6).</summary>
    private static (SecretBytes?, string?) Bare(ReadOnlySpan<byte> bytes, string oid, int sizeBytes) =>
        Pkcs8.TryRead(bytes, oid, out var inner) && inner.Length == sizeBytes
            ? (new SecretBytes(inner), null)
            : (null, NotPkcs8);
}
