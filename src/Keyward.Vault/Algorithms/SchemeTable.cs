namespace Keyward.Vault.Algorithms;

/// <summary>What each scheme hashes with and what it takes to sign.</summary>
public static class SchemeTable
{
    public const int ExternalMuSizeBytes = 64;

    public static HashFunction HashOf(Scheme scheme) => scheme switch
    {
        Scheme.HmacSha1 or Scheme.RsaOaepSha1 => HashFunction.Sha1,
        Scheme.HmacSha224 => HashFunction.Sha224,
        Scheme.HmacSha256 or Scheme.RsaPssSha256 or Scheme.RsaPkcs1Sha256 or Scheme.RsaOaepSha256
            or Scheme.EcdsaSha256 or Scheme.HashSlhDsaSha256 => HashFunction.Sha256,
        Scheme.HmacSha384 or Scheme.RsaPssSha384 or Scheme.RsaPkcs1Sha384 or Scheme.EcdsaSha384 => HashFunction.Sha384,
        Scheme.HmacSha512 or Scheme.RsaPssSha512 or Scheme.RsaPkcs1Sha512 or Scheme.RsaOaepSha512
            or Scheme.EcdsaSha512 => HashFunction.Sha512,
        Scheme.Unspecified or Scheme.Symmetric or Scheme.AesGcm or Scheme.AesCbc or Scheme.AesCtr
            or Scheme.RsaPkcs1Raw or Scheme.Ed25519 or Scheme.Ed25519Ph or Scheme.MlDsa or Scheme.MlDsaExternalMu
            or Scheme.SlhDsa or Scheme.MlKem or Scheme.XWing or Scheme.Ecdh => HashFunction.None,
    };

    public static int SizeBytesOf(HashFunction hash) => hash switch
    {
        HashFunction.None => 0,
        HashFunction.Sha1 => 20,
        HashFunction.Sha224 => 28,
        HashFunction.Sha256 => 32,
        HashFunction.Sha384 => 48,
        HashFunction.Sha512 => 64,
    };

    /// <summary>Does the scheme sign this kind of input?</summary>
    public static bool Takes(Scheme scheme, SignatureInput input) => scheme switch
    {
        Scheme.RsaPssSha256 or Scheme.RsaPssSha384 or Scheme.RsaPssSha512 or Scheme.RsaPkcs1Sha256
            or Scheme.RsaPkcs1Sha384 or Scheme.RsaPkcs1Sha512 or Scheme.EcdsaSha256 or Scheme.EcdsaSha384
            or Scheme.EcdsaSha512 or Scheme.HashSlhDsaSha256 =>
            input is SignatureInput.Message or SignatureInput.Digest,
        Scheme.RsaPkcs1Raw or Scheme.Ed25519 or Scheme.Ed25519Ph or Scheme.MlDsa or Scheme.SlhDsa =>
            input == SignatureInput.Message,
        Scheme.MlDsaExternalMu => input == SignatureInput.ExternalMu,
        Scheme.Unspecified or Scheme.Symmetric or Scheme.AesGcm or Scheme.AesCbc or Scheme.AesCtr or Scheme.HmacSha1
            or Scheme.HmacSha224 or Scheme.HmacSha256 or Scheme.HmacSha384 or Scheme.HmacSha512 or Scheme.RsaOaepSha1
            or Scheme.RsaOaepSha256 or Scheme.RsaOaepSha512 or Scheme.MlKem or Scheme.XWing or Scheme.Ecdh => false,
    };

    /// <summary>The most bytes that OAEP takes under a modulus (RFC 8017, 7.1.1).</summary>
    public static int OaepLimitBytes(Scheme scheme, int modulusBits) =>
        (modulusBits / 8) - (2 * SizeBytesOf(HashOf(scheme))) - 2;
}
