namespace Keyward.Vault.Algorithms;

/// <summary>Every algorithm that a version can have: its material and what may be done with it. The numbers are stored
/// and bound into sealed values: never changed, never reused. Facts of each stand in
/// <see cref="AlgorithmTable"/>.</summary>
public enum Algorithm
{
    Unspecified = 0,

    /// <summary>AES-256 in the vault's own self-describing ciphertext format: Google's GOOGLE_SYMMETRIC_ENCRYPTION,
    /// AWS's SYMMETRIC_DEFAULT.</summary>
    Aes256Symmetric = 1,

    Aes128Gcm = 2,
    Aes256Gcm = 3,
    Aes128Cbc = 4,
    Aes256Cbc = 5,
    Aes128Ctr = 6,
    Aes256Ctr = 7,

    HmacSha1 = 10,
    HmacSha224 = 11,
    HmacSha256 = 12,
    HmacSha384 = 13,
    HmacSha512 = 14,

    RsaSignPss2048Sha256 = 20,
    RsaSignPss3072Sha256 = 21,
    RsaSignPss4096Sha256 = 22,
    RsaSignPss4096Sha512 = 23,
    RsaSignPkcs1Of2048Sha256 = 24,
    RsaSignPkcs1Of3072Sha256 = 25,
    RsaSignPkcs1Of4096Sha256 = 26,
    RsaSignPkcs1Of4096Sha512 = 27,
    RsaSignRawPkcs1Of2048 = 28,
    RsaSignRawPkcs1Of3072 = 29,
    RsaSignRawPkcs1Of4096 = 30,

    RsaDecryptOaep2048Sha1 = 31,
    RsaDecryptOaep3072Sha1 = 32,
    RsaDecryptOaep4096Sha1 = 33,
    RsaDecryptOaep2048Sha256 = 34,
    RsaDecryptOaep3072Sha256 = 35,
    RsaDecryptOaep4096Sha256 = 36,
    RsaDecryptOaep4096Sha512 = 37,

    EcSignP256Sha256 = 40,
    EcSignP384Sha384 = 41,
    EcSignP521Sha512 = 42,
    EcSignSecp256k1Sha256 = 43,
    EcSignEd25519 = 44,

    MlDsa44 = 50,
    MlDsa65 = 51,
    MlDsa87 = 52,
    MlDsa44ExternalMu = 53,
    MlDsa65ExternalMu = 54,
    MlDsa87ExternalMu = 55,
    SlhDsaSha2Of128s = 56,
    HashSlhDsaSha2Of128sSha256 = 57,

    MlKem768 = 60,
    MlKem1024 = 61,
    XWing = 62,

    // Keys whose caller chooses the scheme at each use, as AWS makes them.
    RsaSign2048 = 70,
    RsaSign3072 = 71,
    RsaSign4096 = 72,
    RsaCrypt2048 = 73,
    RsaCrypt3072 = 74,
    RsaCrypt4096 = 75,
    Ed25519AnyMode = 76,
    MlDsa44AnyInput = 77,
    MlDsa65AnyInput = 78,
    MlDsa87AnyInput = 79,

    EcAgreeP256 = 80,
    EcAgreeP384 = 81,
    EcAgreeP521 = 82,
    EcAgreeSecp256k1 = 83,
}

/// <summary>Where material lives and computes. Numbers are stored.</summary>
public enum ProtectionLevel
{
    Unspecified = 0,
    Software = 1,
}

public static class ProtectionLevelLabels
{
    /// <summary>As metrics name it.</summary>
    public static string Label(this ProtectionLevel level) => level switch
    {
        ProtectionLevel.Software => "software",
        ProtectionLevel.Unspecified => "none",
    };
}
