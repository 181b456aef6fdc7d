using Google.Cloud.Kms.V1;
using WireAlgorithm = Google.Cloud.Kms.V1.CryptoKeyVersion.Types.CryptoKeyVersionAlgorithm;
using WirePurpose = Google.Cloud.Kms.V1.CryptoKey.Types.CryptoKeyPurpose;

namespace Keyward.Cli;

/// <summary>Purposes and algorithms as people write them: gcloud's words with hyphens, or the API's own
/// names.</summary>
internal static class AlgorithmWords
{
    public static WirePurpose Purpose(string word) => Upper(word) switch
    {
        "ENCRYPTION" or "ENCRYPT_DECRYPT" or "SYMMETRIC_DEFAULT" => WirePurpose.EncryptDecrypt,
        "RAW_ENCRYPTION" or "RAW_ENCRYPT_DECRYPT" => WirePurpose.RawEncryptDecrypt,
        "ASYMMETRIC_SIGNING" or "ASYMMETRIC_SIGN" => WirePurpose.AsymmetricSign,
        "ASYMMETRIC_ENCRYPTION" or "ASYMMETRIC_DECRYPT" => WirePurpose.AsymmetricDecrypt,
        "MAC" => WirePurpose.Mac,
        "KEY_ENCAPSULATION" => WirePurpose.KeyEncapsulation,
        _ => throw new UsageException($"{word} is not a purpose.",
            "One of encryption, raw-encryption, asymmetric-signing, asymmetric-encryption, mac, key-encapsulation"),
    };

    /// <summary>Any algorithm that the API names; gcloud leaves out the prefix of post-quantum ones.</summary>
    public static WireAlgorithm Algorithm(string word)
    {
        var values = CryptoKeyVersion.Descriptor.EnumTypes.Single(e => e.Name == "CryptoKeyVersionAlgorithm");
        var name = Upper(word);
        var value = values.FindValueByName(name) ?? values.FindValueByName("PQ_SIGN_" + name);
        return value is { Number: > 0 }
            ? (WireAlgorithm)value.Number
            : throw new UsageException($"{word} is not an algorithm.", "See docs/reference/algorithms.md");
    }

    private static string Upper(string word) => word.Replace('-', '_').ToUpperInvariant();
}
