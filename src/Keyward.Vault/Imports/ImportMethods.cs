using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Imports;

/// <summary>What each method is made of, and what can be said of a wrapped key before it is unwrapped.</summary>
internal static class ImportMethods
{
    /// <summary>An RSA-4096 key under the longest method has some 4 KiB.</summary>
    public const int MaximumWrappedSizeBytes = 16 * 1024;

    private const int KwpBlockSizeBytes = 8;
    private const int GcmTagSizeBytes = 16;

    /// <summary>The algorithm of the pair that wraps and unwraps.</summary>
    public static Algorithm PairOf(ImportMethod method) => method switch
    {
        ImportMethod.RsaOaep2048Sha1 or ImportMethod.RsaOaep2048Sha1Aes256 => Algorithm.RsaDecryptOaep2048Sha1,
        ImportMethod.RsaOaep3072Sha1 or ImportMethod.RsaOaep3072Sha1Aes256 => Algorithm.RsaDecryptOaep3072Sha1,
        ImportMethod.RsaOaep4096Sha1 or ImportMethod.RsaOaep4096Sha1Aes256 => Algorithm.RsaDecryptOaep4096Sha1,
        ImportMethod.RsaOaep2048Sha256Aes256 or ImportMethod.RsaOaep2048Sha256 => Algorithm.RsaDecryptOaep2048Sha256,
        ImportMethod.RsaOaep3072Sha256Aes256 or ImportMethod.RsaOaep3072Sha256 => Algorithm.RsaDecryptOaep3072Sha256,
        ImportMethod.RsaOaep4096Sha256Aes256 or ImportMethod.RsaOaep4096Sha256 => Algorithm.RsaDecryptOaep4096Sha256,
        ImportMethod.HpkeMlKem768 => Algorithm.MlKem768,
        ImportMethod.HpkeMlKem1024 => Algorithm.MlKem1024,
        ImportMethod.HpkeXWing => Algorithm.XWing,
        ImportMethod.Unspecified => throw new ArgumentOutOfRangeException(nameof(method)),
    };

    /// <summary>Whether the material lies under an AES key of its own behind the OAEP block.</summary>
    public static bool HasAesKey(ImportMethod method) => method is
        ImportMethod.RsaOaep3072Sha1Aes256 or ImportMethod.RsaOaep4096Sha1Aes256
        or ImportMethod.RsaOaep3072Sha256Aes256 or ImportMethod.RsaOaep4096Sha256Aes256
        or ImportMethod.RsaOaep2048Sha1Aes256 or ImportMethod.RsaOaep2048Sha256Aes256;

    public static bool IsHpke(ImportMethod method) =>
        method is ImportMethod.HpkeMlKem768 or ImportMethod.HpkeMlKem1024 or ImportMethod.HpkeXWing;

    /// <summary>The method's name in statements.</summary>
    public static string Label(ImportMethod method) => method switch
    {
        ImportMethod.RsaOaep3072Sha1Aes256 => "RSA_OAEP_3072_SHA1_AES_256",
        ImportMethod.RsaOaep4096Sha1Aes256 => "RSA_OAEP_4096_SHA1_AES_256",
        ImportMethod.RsaOaep3072Sha256Aes256 => "RSA_OAEP_3072_SHA256_AES_256",
        ImportMethod.RsaOaep4096Sha256Aes256 => "RSA_OAEP_4096_SHA256_AES_256",
        ImportMethod.RsaOaep3072Sha256 => "RSA_OAEP_3072_SHA256",
        ImportMethod.RsaOaep4096Sha256 => "RSA_OAEP_4096_SHA256",
        ImportMethod.HpkeMlKem768 => "HPKE_ML_KEM_768",
        ImportMethod.HpkeMlKem1024 => "HPKE_ML_KEM_1024",
        ImportMethod.HpkeXWing => "HPKE_XWING",
        ImportMethod.RsaOaep2048Sha1 => "RSA_OAEP_2048_SHA1",
        ImportMethod.RsaOaep3072Sha1 => "RSA_OAEP_3072_SHA1",
        ImportMethod.RsaOaep4096Sha1 => "RSA_OAEP_4096_SHA1",
        ImportMethod.RsaOaep2048Sha256 => "RSA_OAEP_2048_SHA256",
        ImportMethod.RsaOaep2048Sha1Aes256 => "RSA_OAEP_2048_SHA1_AES_256",
        ImportMethod.RsaOaep2048Sha256Aes256 => "RSA_OAEP_2048_SHA256_AES_256",
        ImportMethod.Unspecified => "UNSPECIFIED",
    };

    /// <summary>Bytes before the material: the OAEP block, or the encapsulated secret.</summary>
    public static int HeadSizeBytes(ImportMethod method) => PairOf(method) switch
    {
        Algorithm.MlKem768 => 1_088,
        Algorithm.MlKem1024 => 1_568,
        Algorithm.XWing => 1_120,
        var rsa => AlgorithmTable.Of(rsa).SizeBits / 8,
    };

    /// <summary>What is wrong with a wrapped key by its length alone (Cloud KMS, "Troubleshooting failed imports").
    /// </summary>
    public static Refusal? JudgeLength(ImportMethod method, int sizeBytes)
    {
        var rest = sizeBytes - HeadSizeBytes(method);
        if (sizeBytes > MaximumWrappedSizeBytes) return Bad("The wrapped key is too long.");
        if (rest < 0) return Bad("The wrapped key is too short for the job's import method.");
        if (IsHpke(method)) return rest <= GcmTagSizeBytes ? Bad("The wrapped key is too short.") : null;
        if (!HasAesKey(method))
            return rest > 0 ? Bad("The wrapped key has an invalid length for the job's import method.") : null;
        if (rest < 2 * KwpBlockSizeBytes) return Bad("The wrapped key is too short.");
        return rest % KwpBlockSizeBytes != 0
            ? Bad("The wrapped key does not consist of whole 64-bit blocks.")
            : null;
    }

    private static Refusal Bad(string sentence) => new(RefusalReason.InvalidArgument, sentence);
}
