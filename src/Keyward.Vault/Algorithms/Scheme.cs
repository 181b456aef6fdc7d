namespace Keyward.Vault.Algorithms;

/// <summary>One way of using material. An algorithm's row lists those that its versions may be used with: one where the
/// algorithm fixes it (Google), several where each call chooses (AWS). Records show the name.</summary>
public enum Scheme
{
    Unspecified = 0,

    /// <summary>The vault's own ciphertext format.</summary>
    Symmetric,
    AesGcm,
    AesCbc,
    AesCtr,
    HmacSha1,
    HmacSha224,
    HmacSha256,
    HmacSha384,
    HmacSha512,

    /// <summary>PSS with MGF1 of the same hash and a salt as long as it.</summary>
    RsaPssSha256,
    RsaPssSha384,
    RsaPssSha512,
    RsaPkcs1Sha256,
    RsaPkcs1Sha384,
    RsaPkcs1Sha512,

    /// <summary>PKCS#1 v1.5 padding of type 1 directly around the caller's bytes.</summary>
    RsaPkcs1Raw,

    /// <summary>OAEP with MGF1 of the same hash and an empty label.</summary>
    RsaOaepSha1,
    RsaOaepSha256,
    RsaOaepSha512,

    /// <summary>Signatures are ASN.1 DER.</summary>
    EcdsaSha256,
    EcdsaSha384,
    EcdsaSha512,
    Ed25519,

    /// <summary>Ed25519ph (RFC 8032) with an empty context; the keystore does the hashing.</summary>
    Ed25519Ph,

    /// <summary>Pure, with an empty context, hedged (FIPS 204).</summary>
    MlDsa,

    /// <summary>The same signatures, but the caller computes mu.</summary>
    MlDsaExternalMu,
    SlhDsa,
    HashSlhDsaSha256,
    MlKem,
    XWing,
    Ecdh,
}

/// <summary>What a caller hands in to be signed.</summary>
public enum SignatureInput
{
    Unspecified = 0,
    Message = 1,

    /// <summary>The message's hash, of the scheme's own function.</summary>
    Digest = 2,

    /// <summary>The 64-byte message representative of ML-DSA (FIPS 204, algorithm 7, line 6).</summary>
    ExternalMu = 3,
}

public enum HashFunction
{
    None = 0,
    Sha1 = 1,
    Sha224 = 2,
    Sha256 = 3,
    Sha384 = 4,
    Sha512 = 5,
}
