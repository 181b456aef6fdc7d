using System.Collections.Frozen;
using Keyward.Vault.Algorithms;

namespace Keyward.Doors.Aws;

/// <summary>AWS's names of the ways to use material; empty for what AWS has not.</summary>
internal static class Schemes
{
    public static readonly string[] Encryption =
        [KeySpecs.SymmetricDefault, "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"];

    public static readonly string[] Signing =
    [
        "RSASSA_PSS_SHA_256", "RSASSA_PSS_SHA_384", "RSASSA_PSS_SHA_512", "RSASSA_PKCS1_V1_5_SHA_256",
        "RSASSA_PKCS1_V1_5_SHA_384", "RSASSA_PKCS1_V1_5_SHA_512", "ECDSA_SHA_256", "ECDSA_SHA_384", "ECDSA_SHA_512",
        "SM2DSA", "ML_DSA_SHAKE_256", "ED25519_SHA_512", "ED25519_PH_SHA_512",
    ];

    public static readonly string[] Mac = ["HMAC_SHA_224", "HMAC_SHA_256", "HMAC_SHA_384", "HMAC_SHA_512"];

    public static readonly string[] Agreement = ["ECDH"];

    public static string NameOf(Scheme scheme) => scheme switch
    {
        Scheme.Symmetric => KeySpecs.SymmetricDefault,
        Scheme.RsaOaepSha1 => "RSAES_OAEP_SHA_1",
        Scheme.RsaOaepSha256 => "RSAES_OAEP_SHA_256",
        Scheme.RsaPssSha256 => "RSASSA_PSS_SHA_256",
        Scheme.RsaPssSha384 => "RSASSA_PSS_SHA_384",
        Scheme.RsaPssSha512 => "RSASSA_PSS_SHA_512",
        Scheme.RsaPkcs1Sha256 => "RSASSA_PKCS1_V1_5_SHA_256",
        Scheme.RsaPkcs1Sha384 => "RSASSA_PKCS1_V1_5_SHA_384",
        Scheme.RsaPkcs1Sha512 => "RSASSA_PKCS1_V1_5_SHA_512",
        Scheme.EcdsaSha256 => "ECDSA_SHA_256",
        Scheme.EcdsaSha384 => "ECDSA_SHA_384",
        Scheme.EcdsaSha512 => "ECDSA_SHA_512",
        Scheme.Ed25519 => "ED25519_SHA_512",
        Scheme.Ed25519Ph => "ED25519_PH_SHA_512",
        Scheme.MlDsa or Scheme.MlDsaExternalMu => "ML_DSA_SHAKE_256",
        Scheme.HmacSha224 => "HMAC_SHA_224",
        Scheme.HmacSha256 => "HMAC_SHA_256",
        Scheme.HmacSha384 => "HMAC_SHA_384",
        Scheme.HmacSha512 => "HMAC_SHA_512",
        Scheme.Ecdh => "ECDH",
        Scheme.Unspecified or Scheme.AesGcm or Scheme.AesCbc or Scheme.AesCtr or Scheme.HmacSha1
            or Scheme.RsaPkcs1Raw or Scheme.RsaOaepSha512 or Scheme.SlhDsa or Scheme.HashSlhDsaSha256
            or Scheme.MlKem or Scheme.XWing => "",
    };

    /// <summary>The scheme of a name; ML-DSA's name stands for both of its inputs.</summary>
    public static Scheme Parse(string name) => ByName.GetValueOrDefault(name, Scheme.Unspecified);

    private static readonly FrozenDictionary<string, Scheme> ByName = Enum.GetValues<Scheme>()
        .Where(s => NameOf(s).Length > 0).DistinctBy(NameOf).ToFrozenDictionary(NameOf, StringComparer.Ordinal);
}
