using Google.Cloud.Kms.V1;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using WireAlgorithm = Google.Cloud.Kms.V1.CryptoKeyVersion.Types.CryptoKeyVersionAlgorithm;
using WirePurpose = Google.Cloud.Kms.V1.CryptoKey.Types.CryptoKeyPurpose;
using WireState = Google.Cloud.Kms.V1.CryptoKeyVersion.Types.CryptoKeyVersionState;

namespace Keyward.Doors.Google;

/// <summary>Google's names for the vault's algorithms, purposes and states, and "not offered" for the rest.</summary>
internal static class Algorithms
{
    public static WireAlgorithm Show(Algorithm algorithm) => algorithm switch
    {
        Algorithm.Aes256Symmetric => WireAlgorithm.GoogleSymmetricEncryption,
        Algorithm.Unspecified => WireAlgorithm.Unspecified,
    };

    public static WirePurpose Show(Purpose purpose) => purpose switch
    {
        Purpose.EncryptDecrypt => WirePurpose.EncryptDecrypt,
        Purpose.Unspecified => WirePurpose.Unspecified,
    };

    public static global::Google.Cloud.Kms.V1.ProtectionLevel Show(Keyward.Vault.Algorithms.ProtectionLevel level) =>
        level switch
    {
        Keyward.Vault.Algorithms.ProtectionLevel.Software => global::Google.Cloud.Kms.V1.ProtectionLevel.Software,
        Keyward.Vault.Algorithms.ProtectionLevel.Unspecified => global::Google.Cloud.Kms.V1.ProtectionLevel.Unspecified,
    };

    public static WireState Show(VersionState state) => state switch
    {
        VersionState.Enabled => WireState.Enabled,
        VersionState.Disabled => WireState.Disabled,
        VersionState.Destroyed => WireState.Destroyed,
        VersionState.DestroyScheduled => WireState.DestroyScheduled,
        VersionState.Unspecified => WireState.Unspecified,
    };

    public static Outcome<Purpose> Parse(WirePurpose purpose) => purpose switch
    {
        WirePurpose.EncryptDecrypt => Purpose.EncryptDecrypt,
        WirePurpose.Unspecified => new Refusal(
            RefusalReason.InvalidArgument, "The key's purpose is required: crypto_key.purpose."),
        _ when Enum.IsDefined(purpose) => NotOffered.Method($"Purpose {NameOf(purpose)}"),
        _ => new Refusal(RefusalReason.InvalidArgument, "crypto_key.purpose is not a purpose."),
    };

    /// <summary>The template's algorithm; the purpose's own where an encryption key names none.</summary>
    public static Outcome<Algorithm> Parse(CryptoKeyVersionTemplate? template, Purpose purpose)
    {
        if (template is not null && template.ProtectionLevel is not (
            global::Google.Cloud.Kms.V1.ProtectionLevel.Unspecified
            or global::Google.Cloud.Kms.V1.ProtectionLevel.Software))
            return Enum.IsDefined(template.ProtectionLevel)
                ? NotOffered.Method("This protection level")
                : new Refusal(RefusalReason.InvalidArgument,
                    "version_template.protection_level is not a protection level.");
        return (template?.Algorithm ?? WireAlgorithm.Unspecified) switch
        {
            WireAlgorithm.GoogleSymmetricEncryption => Algorithm.Aes256Symmetric,
            WireAlgorithm.Unspecified => AlgorithmTable.DefaultOf(purpose),
            _ => new Refusal(RefusalReason.InvalidArgument,
                "version_template.algorithm does not fit the key's purpose."),
        };
    }

    private static string NameOf(WirePurpose purpose) => CryptoKey.Descriptor.EnumTypes
        .Single(e => e.Name == "CryptoKeyPurpose").FindValueByNumber((int)purpose).Name;
}
