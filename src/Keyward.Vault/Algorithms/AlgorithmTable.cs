namespace Keyward.Vault.Algorithms;

/// <summary>The algorithm table: the one place that says what an algorithm is. Adding one is a row here, its code in
/// the keystore, and a name or "not offered" in each door.</summary>
public static class AlgorithmTable
{
    public static readonly IReadOnlyList<AlgorithmRow> Rows =
    [
        Row(Algorithm.Aes256Symmetric, Purpose.EncryptDecrypt, 256, "AES_256_XAES_GCM", "aes_gcm", Scheme.Symmetric),
        Raw(Algorithm.Aes128Gcm, 128, "AES_128_GCM", Scheme.AesGcm),
        Raw(Algorithm.Aes256Gcm, 256, "AES_256_GCM", Scheme.AesGcm),
        Raw(Algorithm.Aes128Cbc, 128, "AES_128_CBC", Scheme.AesCbc),
        Raw(Algorithm.Aes256Cbc, 256, "AES_256_CBC", Scheme.AesCbc),
        Raw(Algorithm.Aes128Ctr, 128, "AES_128_CTR", Scheme.AesCtr),
        Raw(Algorithm.Aes256Ctr, 256, "AES_256_CTR", Scheme.AesCtr),

        Row(Algorithm.HmacSha1, Purpose.Mac, 160, "HMAC_SHA1", "hmac", Scheme.HmacSha1),
        Row(Algorithm.HmacSha224, Purpose.Mac, 224, "HMAC_SHA224", "hmac", Scheme.HmacSha224),
        Row(Algorithm.HmacSha256, Purpose.Mac, 256, "HMAC_SHA256", "hmac", Scheme.HmacSha256),
        Row(Algorithm.HmacSha384, Purpose.Mac, 384, "HMAC_SHA384", "hmac", Scheme.HmacSha384),
        Row(Algorithm.HmacSha512, Purpose.Mac, 512, "HMAC_SHA512", "hmac", Scheme.HmacSha512),

        RsaSign(Algorithm.RsaSignPss2048Sha256, 2048, "RSA_SIGN_PSS_2048_SHA256", Scheme.RsaPssSha256),
        RsaSign(Algorithm.RsaSignPss3072Sha256, 3072, "RSA_SIGN_PSS_3072_SHA256", Scheme.RsaPssSha256),
        RsaSign(Algorithm.RsaSignPss4096Sha256, 4096, "RSA_SIGN_PSS_4096_SHA256", Scheme.RsaPssSha256),
        RsaSign(Algorithm.RsaSignPss4096Sha512, 4096, "RSA_SIGN_PSS_4096_SHA512", Scheme.RsaPssSha512),
        RsaSign(Algorithm.RsaSignPkcs1Of2048Sha256, 2048, "RSA_SIGN_PKCS1_2048_SHA256", Scheme.RsaPkcs1Sha256),
        RsaSign(Algorithm.RsaSignPkcs1Of3072Sha256, 3072, "RSA_SIGN_PKCS1_3072_SHA256", Scheme.RsaPkcs1Sha256),
        RsaSign(Algorithm.RsaSignPkcs1Of4096Sha256, 4096, "RSA_SIGN_PKCS1_4096_SHA256", Scheme.RsaPkcs1Sha256),
        RsaSign(Algorithm.RsaSignPkcs1Of4096Sha512, 4096, "RSA_SIGN_PKCS1_4096_SHA512", Scheme.RsaPkcs1Sha512),
        RsaSign(Algorithm.RsaSignRawPkcs1Of2048, 2048, "RSA_SIGN_RAW_PKCS1_2048", Scheme.RsaPkcs1Raw),
        RsaSign(Algorithm.RsaSignRawPkcs1Of3072, 3072, "RSA_SIGN_RAW_PKCS1_3072", Scheme.RsaPkcs1Raw),
        RsaSign(Algorithm.RsaSignRawPkcs1Of4096, 4096, "RSA_SIGN_RAW_PKCS1_4096", Scheme.RsaPkcs1Raw),
        RsaCrypt(Algorithm.RsaDecryptOaep2048Sha1, 2048, "RSA_DECRYPT_OAEP_2048_SHA1", Scheme.RsaOaepSha1),
        RsaCrypt(Algorithm.RsaDecryptOaep3072Sha1, 3072, "RSA_DECRYPT_OAEP_3072_SHA1", Scheme.RsaOaepSha1),
        RsaCrypt(Algorithm.RsaDecryptOaep4096Sha1, 4096, "RSA_DECRYPT_OAEP_4096_SHA1", Scheme.RsaOaepSha1),
        RsaCrypt(Algorithm.RsaDecryptOaep2048Sha256, 2048, "RSA_DECRYPT_OAEP_2048_SHA256", Scheme.RsaOaepSha256),
        RsaCrypt(Algorithm.RsaDecryptOaep3072Sha256, 3072, "RSA_DECRYPT_OAEP_3072_SHA256", Scheme.RsaOaepSha256),
        RsaCrypt(Algorithm.RsaDecryptOaep4096Sha256, 4096, "RSA_DECRYPT_OAEP_4096_SHA256", Scheme.RsaOaepSha256),
        RsaCrypt(Algorithm.RsaDecryptOaep4096Sha512, 4096, "RSA_DECRYPT_OAEP_4096_SHA512", Scheme.RsaOaepSha512),

        Sign(Algorithm.EcSignP256Sha256, MaterialKind.EcP256, "EC_SIGN_P256_SHA256", "ecdsa", false,
            Scheme.EcdsaSha256),
        Sign(Algorithm.EcSignP384Sha384, MaterialKind.EcP384, "EC_SIGN_P384_SHA384", "ecdsa", true,
            Scheme.EcdsaSha384),
        Sign(Algorithm.EcSignP521Sha512, MaterialKind.EcP521, "EC_SIGN_P521_SHA512", "ecdsa", true,
            Scheme.EcdsaSha512),
        Sign(Algorithm.EcSignSecp256k1Sha256, MaterialKind.EcSecp256k1, "EC_SIGN_SECP256K1_SHA256", "ecdsa", true,
            Scheme.EcdsaSha256),
        Sign(Algorithm.EcSignEd25519, MaterialKind.Ed25519, "EC_SIGN_ED25519", "ed25519", false, Scheme.Ed25519),

        Sign(Algorithm.MlDsa44, MaterialKind.MlDsa44, "ML_DSA_44", "ml_dsa", true, Scheme.MlDsa),
        Sign(Algorithm.MlDsa65, MaterialKind.MlDsa65, "ML_DSA_65", "ml_dsa", true, Scheme.MlDsa),
        Sign(Algorithm.MlDsa87, MaterialKind.MlDsa87, "ML_DSA_87", "ml_dsa", true, Scheme.MlDsa),
        Sign(Algorithm.MlDsa44ExternalMu, MaterialKind.MlDsa44, "ML_DSA_44_EXTERNAL_MU", "ml_dsa", true,
            Scheme.MlDsaExternalMu),
        Sign(Algorithm.MlDsa65ExternalMu, MaterialKind.MlDsa65, "ML_DSA_65_EXTERNAL_MU", "ml_dsa", true,
            Scheme.MlDsaExternalMu),
        Sign(Algorithm.MlDsa87ExternalMu, MaterialKind.MlDsa87, "ML_DSA_87_EXTERNAL_MU", "ml_dsa", true,
            Scheme.MlDsaExternalMu),
        Sign(Algorithm.SlhDsaSha2Of128s, MaterialKind.SlhDsaSha2Of128s, "SLH_DSA_SHA2_128S", "slh_dsa", true,
            Scheme.SlhDsa),
        Sign(Algorithm.HashSlhDsaSha2Of128sSha256, MaterialKind.SlhDsaSha2Of128s, "HASH_SLH_DSA_SHA2_128S_SHA256",
            "slh_dsa", true, Scheme.HashSlhDsaSha256),

        Of(Algorithm.MlKem768, Purpose.KeyEncapsulation, MaterialKind.MlKem768, "ML_KEM_768", "ml_kem", true,
            Scheme.MlKem),
        Of(Algorithm.MlKem1024, Purpose.KeyEncapsulation, MaterialKind.MlKem1024, "ML_KEM_1024", "ml_kem", true,
            Scheme.MlKem),
        Of(Algorithm.XWing, Purpose.KeyEncapsulation, MaterialKind.XWing, "KEM_XWING", "x_wing", true, Scheme.XWing),

        RsaSign(Algorithm.RsaSign2048, 2048, "RSA_SIGN_2048", AnyRsaSignature),
        RsaSign(Algorithm.RsaSign3072, 3072, "RSA_SIGN_3072", AnyRsaSignature),
        RsaSign(Algorithm.RsaSign4096, 4096, "RSA_SIGN_4096", AnyRsaSignature),
        RsaCrypt(Algorithm.RsaCrypt2048, 2048, "RSA_CRYPT_2048", AnyRsaEncryption),
        RsaCrypt(Algorithm.RsaCrypt3072, 3072, "RSA_CRYPT_3072", AnyRsaEncryption),
        RsaCrypt(Algorithm.RsaCrypt4096, 4096, "RSA_CRYPT_4096", AnyRsaEncryption),
        Sign(Algorithm.Ed25519AnyMode, MaterialKind.Ed25519, "ED25519_ANY_MODE", "ed25519", false,
            Scheme.Ed25519, Scheme.Ed25519Ph),
        Sign(Algorithm.MlDsa44AnyInput, MaterialKind.MlDsa44, "ML_DSA_44_ANY_INPUT", "ml_dsa", true,
            Scheme.MlDsa, Scheme.MlDsaExternalMu),
        Sign(Algorithm.MlDsa65AnyInput, MaterialKind.MlDsa65, "ML_DSA_65_ANY_INPUT", "ml_dsa", true,
            Scheme.MlDsa, Scheme.MlDsaExternalMu),
        Sign(Algorithm.MlDsa87AnyInput, MaterialKind.MlDsa87, "ML_DSA_87_ANY_INPUT", "ml_dsa", true,
            Scheme.MlDsa, Scheme.MlDsaExternalMu),

        Of(Algorithm.EcAgreeP256, Purpose.KeyAgreement, MaterialKind.EcP256, "EC_AGREE_P256", "ecdh", false,
            Scheme.Ecdh),
        Of(Algorithm.EcAgreeP384, Purpose.KeyAgreement, MaterialKind.EcP384, "EC_AGREE_P384", "ecdh", true,
            Scheme.Ecdh),
        Of(Algorithm.EcAgreeP521, Purpose.KeyAgreement, MaterialKind.EcP521, "EC_AGREE_P521", "ecdh", true,
            Scheme.Ecdh),
        Of(Algorithm.EcAgreeSecp256k1, Purpose.KeyAgreement, MaterialKind.EcSecp256k1, "EC_AGREE_SECP256K1", "ecdh",
            true, Scheme.Ecdh),
    ];

    private static readonly AlgorithmRow?[] ByNumber = Index();

    private static Scheme[] AnyRsaSignature =>
    [
        Scheme.RsaPssSha256, Scheme.RsaPssSha384, Scheme.RsaPssSha512,
        Scheme.RsaPkcs1Sha256, Scheme.RsaPkcs1Sha384, Scheme.RsaPkcs1Sha512,
    ];

    private static Scheme[] AnyRsaEncryption => [Scheme.RsaOaepSha256, Scheme.RsaOaepSha1];

    /// <summary>The row of an algorithm; there is one for each but <see cref="Algorithm.Unspecified"/>.</summary>
    public static AlgorithmRow Of(Algorithm algorithm) =>
        (uint)algorithm < (uint)ByNumber.Length && ByNumber[(int)algorithm] is { } row
            ? row
            : throw new ArgumentOutOfRangeException(nameof(algorithm));

    /// <summary>The algorithm that a purpose has where the caller names none, if there is one.</summary>
    public static Algorithm DefaultOf(Purpose purpose) => purpose switch
    {
        Purpose.EncryptDecrypt => Algorithm.Aes256Symmetric,
        Purpose.Unspecified or Purpose.RawEncryptDecrypt or Purpose.AsymmetricSign or Purpose.AsymmetricDecrypt
            or Purpose.Mac or Purpose.KeyEncapsulation or Purpose.KeyAgreement => Algorithm.Unspecified,
    };

    /// <summary>Only encryption in the vault's own format names its version in the ciphertext, so only there can a
    /// primary version change under its users.</summary>
    public static bool HasPrimary(Purpose purpose) => purpose == Purpose.EncryptDecrypt;

    private static AlgorithmRow?[] Index()
    {
        var index = new AlgorithmRow?[Rows.Max(r => (int)r.Algorithm) + 1];
        foreach (var row in Rows) index[(int)row.Algorithm] = row;
        return index;
    }

    private static AlgorithmRow Row(
        Algorithm algorithm, Purpose purpose, int bits, string label, string family, Scheme scheme) =>
        new(algorithm, purpose, MaterialKind.Symmetric, bits, label, family, false, [scheme]);

    private static AlgorithmRow Raw(Algorithm algorithm, int bits, string label, Scheme scheme) =>
        Row(algorithm, Purpose.RawEncryptDecrypt, bits, label, "aes_raw", scheme);

    // An RSA-2048 signature costs 0.2 ms, one with a longer modulus milliseconds.
    private static AlgorithmRow RsaSign(Algorithm algorithm, int bits, string label, params Scheme[] schemes) =>
        new(algorithm, Purpose.AsymmetricSign, MaterialKind.Rsa, bits, label, "rsa", bits > 2048, [.. schemes]);

    private static AlgorithmRow RsaCrypt(Algorithm algorithm, int bits, string label, params Scheme[] schemes) =>
        new(algorithm, Purpose.AsymmetricDecrypt, MaterialKind.Rsa, bits, label, "rsa", bits > 2048, [.. schemes]);

    private static AlgorithmRow Sign(
        Algorithm algorithm, MaterialKind material, string label, string family, bool slow, params Scheme[] schemes) =>
        new(algorithm, Purpose.AsymmetricSign, material, 0, label, family, slow, [.. schemes]);

    private static AlgorithmRow Of(Algorithm algorithm, Purpose purpose, MaterialKind material, string label,
        string family, bool slow, Scheme scheme) => new(algorithm, purpose, material, 0, label, family, slow, [scheme]);
}
