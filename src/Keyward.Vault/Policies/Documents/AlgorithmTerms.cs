using Keyward.Vault.Algorithms;
using Keyward.Vault.Imports;

namespace Keyward.Vault.Policies.Documents;

/// <summary>AWS KMS's words for algorithms, as its policy language compares them. Null: AWS has no word for it, so that
/// a key in a condition is absent and a statement that asks for it does not apply.</summary>
internal static class AlgorithmTerms
{
    internal enum Use
    {
        Encryption = 1,
        Signing = 2,
        Mac = 3,
        Agreement = 4,
    }

    public static string? KeySpecOf(object algorithm) => algorithm is Algorithm known ? KeySpecOf(known) : null;

    public static string? KeySpecOf(Algorithm algorithm)
    {
        if (algorithm == Algorithm.Unspecified) return null;
        var row = AlgorithmTable.Of(algorithm);
        return row.Material switch
        {
            MaterialKind.Symmetric => row.Purpose switch
            {
                Purpose.EncryptDecrypt => "SYMMETRIC_DEFAULT",
                Purpose.Mac => $"HMAC_{row.SizeBits}",
                _ => null,
            },
            MaterialKind.Rsa => $"RSA_{row.SizeBits}",
            MaterialKind.EcP256 => "ECC_NIST_P256",
            MaterialKind.EcP384 => "ECC_NIST_P384",
            MaterialKind.EcP521 => "ECC_NIST_P521",
            MaterialKind.EcSecp256k1 => "ECC_SECG_P256K1",
            MaterialKind.Ed25519 => "ECC_NIST_EDWARDS25519",
            MaterialKind.MlDsa44 => "ML_DSA_44",
            MaterialKind.MlDsa65 => "ML_DSA_65",
            MaterialKind.MlDsa87 => "ML_DSA_87",
            _ => null,
        };
    }

    public static string? KeyUsageOf(object algorithm) => algorithm is Algorithm and not Algorithm.Unspecified
        ? AlgorithmTable.Of((Algorithm)algorithm).Purpose switch
        {
            Purpose.EncryptDecrypt or Purpose.AsymmetricDecrypt => "ENCRYPT_DECRYPT",
            Purpose.AsymmetricSign => "SIGN_VERIFY",
            Purpose.Mac => "GENERATE_VERIFY_MAC",
            Purpose.KeyAgreement => "KEY_AGREEMENT",
            Purpose.RawEncryptDecrypt or Purpose.KeyEncapsulation or Purpose.Unspecified => null,
        }
        : null;

    /// <summary>A pair's specification is that of the key.</summary>
    public static string? PairSpecOf(object algorithm) => algorithm as string ?? KeySpecOf(algorithm);

    public static string? MessageTypeOf(object input) => input switch
    {
        SignatureInput.Message => "RAW",
        SignatureInput.Digest => "DIGEST",
        SignatureInput.ExternalMu => "EXTERNAL_MU",
        _ => null,
    };

    /// <summary>How an import is wrapped: OAEP alone, or a key for AES-KWP under it.</summary>
    public static string? WrappingAlgorithmOf(object method) =>
        method is ImportMethod known && !ImportMethods.IsHpke(known)
            ? (ImportMethods.HasAesKey(known) ? "RSA_AES_KEY_WRAP_SHA_" : "RSAES_OAEP_SHA_")
                + (AlgorithmTable.Of(ImportMethods.PairOf(known)).Scheme == Scheme.RsaOaepSha1 ? "1" : "256")
            : null;

    public static string? WrappingKeySpecOf(object method) =>
        method is ImportMethod known && !ImportMethods.IsHpke(known)
            ? $"RSA_{AlgorithmTable.Of(ImportMethods.PairOf(known)).SizeBits}"
            : null;

    /// <summary>The scheme of a use, as AWS names it, where the use is of that kind: what the request chose, or what
    /// the key's algorithm fixes.</summary>
    public static string[] OfUse(Facts facts, Use use)
    {
        var scheme = facts.Find(AttributeNames.Scheme) as Scheme? ?? FixedBy(facts);
        return scheme is { } known && UseOf(known) == use && NameOf(known) is { } name ? [name] : [];
    }

    public static string? NameOf(Scheme scheme) => scheme switch
    {
        Scheme.Symmetric => "SYMMETRIC_DEFAULT",
        Scheme.HmacSha224 => "HMAC_SHA_224",
        Scheme.HmacSha256 => "HMAC_SHA_256",
        Scheme.HmacSha384 => "HMAC_SHA_384",
        Scheme.HmacSha512 => "HMAC_SHA_512",
        Scheme.RsaPssSha256 => "RSASSA_PSS_SHA_256",
        Scheme.RsaPssSha384 => "RSASSA_PSS_SHA_384",
        Scheme.RsaPssSha512 => "RSASSA_PSS_SHA_512",
        Scheme.RsaPkcs1Sha256 => "RSASSA_PKCS1_V1_5_SHA_256",
        Scheme.RsaPkcs1Sha384 => "RSASSA_PKCS1_V1_5_SHA_384",
        Scheme.RsaPkcs1Sha512 => "RSASSA_PKCS1_V1_5_SHA_512",
        Scheme.RsaOaepSha1 => "RSAES_OAEP_SHA_1",
        Scheme.RsaOaepSha256 => "RSAES_OAEP_SHA_256",
        Scheme.EcdsaSha256 => "ECDSA_SHA_256",
        Scheme.EcdsaSha384 => "ECDSA_SHA_384",
        Scheme.EcdsaSha512 => "ECDSA_SHA_512",
        Scheme.Ed25519 => "ED25519_SHA_512",
        Scheme.Ed25519Ph => "ED25519_PH_SHA_512",
        Scheme.MlDsa or Scheme.MlDsaExternalMu => "ML_DSA_SHAKE_256",
        Scheme.Ecdh => "ECDH",
        Scheme.AesGcm or Scheme.AesCbc or Scheme.AesCtr or Scheme.HmacSha1 or Scheme.RsaPkcs1Raw
            or Scheme.RsaOaepSha512 or Scheme.SlhDsa or Scheme.HashSlhDsaSha256 or Scheme.MlKem or Scheme.XWing
            or Scheme.Unspecified => null,
    };

    private static Scheme? FixedBy(Facts facts)
    {
        if (facts.Key is not { Algorithm: not Algorithm.Unspecified } key || !IsUse(facts.Permission)) return null;
        var row = AlgorithmTable.Of(key.Algorithm);
        return row.Schemes.Length == 1 ? row.Scheme : null;
    }

    private static bool IsUse(Permission permission) => permission
        is Permission.VersionsUseToEncrypt or Permission.VersionsUseToDecrypt or Permission.VersionsUseToSign
        or Permission.VersionsUseToVerify or Permission.VersionsUseToGenerateMac or Permission.VersionsUseToVerifyMac
        or Permission.VersionsUseToGenerateDataKey or Permission.VersionsUseToGenerateDataKeyWithoutPlaintext
        or Permission.VersionsUseToGenerateDataKeyPair or Permission.VersionsUseToGenerateDataKeyPairWithoutPlaintext
        or Permission.VersionsUseToReEncryptFrom or Permission.VersionsUseToReEncryptTo
        or Permission.VersionsUseToDeriveSharedSecret;

    private static Use? UseOf(Scheme scheme) => scheme switch
    {
        Scheme.Symmetric or Scheme.RsaOaepSha1 or Scheme.RsaOaepSha256 => Use.Encryption,
        Scheme.HmacSha224 or Scheme.HmacSha256 or Scheme.HmacSha384 or Scheme.HmacSha512 => Use.Mac,
        Scheme.Ecdh => Use.Agreement,
        _ when NameOf(scheme) is not null => Use.Signing,
        _ => null,
    };
}
