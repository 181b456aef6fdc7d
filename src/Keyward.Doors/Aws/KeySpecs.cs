using System.Text.Json;
using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Names;

namespace Keyward.Doors.Aws;

/// <summary>AWS's names for the vault's algorithms and purposes, and "not offered" (an empty name) for the rest. A key
/// that was made at another door fixes one scheme where AWS's keys have several: then that one is listed.</summary>
internal static class KeySpecs
{
    public const string SymmetricDefault = "SYMMETRIC_DEFAULT";
    public const string Encrypting = "ENCRYPT_DECRYPT";
    public const string Signing = "SIGN_VERIFY";
    public const string Authenticating = "GENERATE_VERIFY_MAC";
    public const string Agreeing = "KEY_AGREEMENT";

    /// <summary>Every KeySpec of the service's model.</summary>
    public static readonly string[] All =
    [
        "RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1",
        SymmetricDefault, "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512", "SM2", "ML_DSA_44", "ML_DSA_65",
        "ML_DSA_87", "ECC_NIST_EDWARDS25519",
    ];

    public static readonly string[] Usages = [Signing, Encrypting, Authenticating, Agreeing];

    /// <summary>What CreateKey makes of a spec and a usage. All other pairs do not go together.</summary>
    private static readonly (string Spec, string Usage, Algorithm Algorithm)[] Made =
    [
        (SymmetricDefault, Encrypting, Algorithm.Aes256Symmetric),
        ("RSA_2048", Signing, Algorithm.RsaSign2048), ("RSA_2048", Encrypting, Algorithm.RsaCrypt2048),
        ("RSA_3072", Signing, Algorithm.RsaSign3072), ("RSA_3072", Encrypting, Algorithm.RsaCrypt3072),
        ("RSA_4096", Signing, Algorithm.RsaSign4096), ("RSA_4096", Encrypting, Algorithm.RsaCrypt4096),
        ("ECC_NIST_P256", Signing, Algorithm.EcSignP256Sha256), ("ECC_NIST_P256", Agreeing, Algorithm.EcAgreeP256),
        ("ECC_NIST_P384", Signing, Algorithm.EcSignP384Sha384), ("ECC_NIST_P384", Agreeing, Algorithm.EcAgreeP384),
        ("ECC_NIST_P521", Signing, Algorithm.EcSignP521Sha512), ("ECC_NIST_P521", Agreeing, Algorithm.EcAgreeP521),
        ("ECC_SECG_P256K1", Signing, Algorithm.EcSignSecp256k1Sha256),
        ("ECC_NIST_EDWARDS25519", Signing, Algorithm.Ed25519AnyMode),
        ("HMAC_224", Authenticating, Algorithm.HmacSha224), ("HMAC_256", Authenticating, Algorithm.HmacSha256),
        ("HMAC_384", Authenticating, Algorithm.HmacSha384), ("HMAC_512", Authenticating, Algorithm.HmacSha512),
        ("ML_DSA_44", Signing, Algorithm.MlDsa44AnyInput), ("ML_DSA_65", Signing, Algorithm.MlDsa65AnyInput),
        ("ML_DSA_87", Signing, Algorithm.MlDsa87AnyInput),
    ];

    /// <summary>The spec of an algorithm; empty where AWS has none.</summary>
    public static string SpecOf(Algorithm algorithm)
    {
        if (algorithm == Algorithm.Unspecified) return "";
        var row = AlgorithmTable.Of(algorithm);
        if (row.Schemes.All(s => Schemes.NameOf(s).Length == 0)) return "";
        return row.Material switch
        {
            MaterialKind.Symmetric when row.Purpose == Purpose.EncryptDecrypt => SymmetricDefault,
            MaterialKind.Symmetric when row.Purpose == Purpose.Mac =>
                $"HMAC_{8 * SchemeTable.SizeBytesOf(SchemeTable.HashOf(row.Scheme))}",
            MaterialKind.Rsa => $"RSA_{row.SizeBits}",
            MaterialKind.EcP256 => "ECC_NIST_P256",
            MaterialKind.EcP384 => "ECC_NIST_P384",
            MaterialKind.EcP521 => "ECC_NIST_P521",
            MaterialKind.EcSecp256k1 when row.Purpose == Purpose.AsymmetricSign => "ECC_SECG_P256K1",
            MaterialKind.Ed25519 => "ECC_NIST_EDWARDS25519",
            MaterialKind.MlDsa44 => "ML_DSA_44",
            MaterialKind.MlDsa65 => "ML_DSA_65",
            MaterialKind.MlDsa87 => "ML_DSA_87",
            _ => "",
        };
    }

    public static bool IsOffered(Algorithm algorithm) => SpecOf(algorithm).Length > 0;

    public static string UsageOf(Purpose purpose) => purpose switch
    {
        Purpose.EncryptDecrypt or Purpose.AsymmetricDecrypt => Encrypting,
        Purpose.AsymmetricSign => Signing,
        Purpose.Mac => Authenticating,
        Purpose.KeyAgreement => Agreeing,
        Purpose.RawEncryptDecrypt or Purpose.KeyEncapsulation or Purpose.Unspecified => "",
    };

    public static string UsageOf(FoundKey? key) => key is null ? "" : UsageOf(key.Purpose);

    /// <summary>The vault's choice for a spec and a usage; the fault for a pair that goes not together.</summary>
    public static (Purpose Purpose, Algorithm Algorithm)? Parse(string spec, string? usage, out Fault? fault)
    {
        fault = null;
        if (usage is null && spec != SymmetricDefault)
        {
            fault = Fault.Validation(
                "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.");
            return null;
        }

        foreach (var made in Made)
            if (made.Spec == spec && made.Usage == (usage ?? Encrypting))
                return (AlgorithmTable.Of(made.Algorithm).Purpose, made.Algorithm);
        fault = spec == "SM2"
            ? Fault.Unsupported("KeySpec SM2 is offered in AWS's Chinese regions only, and not here.")
            : Fault.Validation($"KeyUsage {usage} is not compatible with KeySpec {spec}");
        return null;
    }

    /// <summary>The algorithm of the pairs that GenerateDataKeyPair makes; null for what is not offered.</summary>
    public static Algorithm? PairOf(string spec)
    {
        foreach (var made in Made)
            if (made.Spec == spec && made.Usage == Signing) return made.Algorithm;
        return null;
    }

    /// <summary>How much an RSA key encrypts under an OAEP algorithm.</summary>
    public static int OaepLimitOf(FoundKey key, string name) =>
        SchemeTable.OaepLimitBytes(Schemes.Parse(name), AlgorithmTable.Of(key.Algorithm).SizeBits);

    /// <summary>The list of algorithms that belongs to the key's usage.</summary>
    public static void WriteAlgorithms(Utf8JsonWriter json, Algorithm algorithm)
    {
        var row = AlgorithmTable.Of(algorithm);
        json.WriteStartArray(UsageOf(row.Purpose) switch
        {
            Encrypting => "EncryptionAlgorithms",
            Signing => "SigningAlgorithms",
            Authenticating => "MacAlgorithms",
            _ => "KeyAgreementAlgorithms",
        });
        // Recorded of AWS: in alphabetical order.
        foreach (var name in row.Schemes.Select(Schemes.NameOf).Where(n => n.Length > 0).Distinct()
            .Order(StringComparer.Ordinal))
            json.WriteStringValue(name);
        json.WriteEndArray();
    }
}
