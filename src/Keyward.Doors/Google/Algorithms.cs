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
    public static WireAlgorithm Show(Algorithm algorithm) => AlgorithmNames.Of(algorithm);

    public static WirePurpose Show(Purpose purpose) => purpose switch
    {
        Purpose.EncryptDecrypt => WirePurpose.EncryptDecrypt,
        Purpose.RawEncryptDecrypt => WirePurpose.RawEncryptDecrypt,
        Purpose.AsymmetricSign => WirePurpose.AsymmetricSign,
        Purpose.AsymmetricDecrypt => WirePurpose.AsymmetricDecrypt,
        Purpose.Mac => WirePurpose.Mac,
        Purpose.KeyEncapsulation => WirePurpose.KeyEncapsulation,
        // Google has no key agreement.
        Purpose.KeyAgreement or Purpose.Unspecified => WirePurpose.Unspecified,
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
        VersionState.ImportFailed => WireState.ImportFailed,
        VersionState.PendingGeneration => WireState.PendingGeneration,
        VersionState.Unspecified => WireState.Unspecified,
    };

    public static Outcome<Purpose> Parse(WirePurpose purpose) => purpose switch
    {
        WirePurpose.EncryptDecrypt => Purpose.EncryptDecrypt,
        WirePurpose.RawEncryptDecrypt => Purpose.RawEncryptDecrypt,
        WirePurpose.AsymmetricSign => Purpose.AsymmetricSign,
        WirePurpose.AsymmetricDecrypt => Purpose.AsymmetricDecrypt,
        WirePurpose.Mac => Purpose.Mac,
        WirePurpose.KeyEncapsulation => Purpose.KeyEncapsulation,
        WirePurpose.Unspecified => new Refusal(
            RefusalReason.InvalidArgument, "The key's purpose is required: crypto_key.purpose."),
        _ when Enum.IsDefined(purpose) => NotOffered.Method(
            $"Purpose {NameOf(purpose)}", "Wrap keys with RAW_ENCRYPT_DECRYPT or ENCRYPT_DECRYPT."),
        _ => new Refusal(RefusalReason.InvalidArgument, "crypto_key.purpose is not a purpose."),
    };

    /// <summary>The template's algorithm; unspecified where it names none. Whether it fits the purpose is the vault's
    /// to say.</summary>
    public static Outcome<Algorithm> Parse(CryptoKeyVersionTemplate? template)
    {
        if (template is not null && template.ProtectionLevel is not (
            global::Google.Cloud.Kms.V1.ProtectionLevel.Unspecified
            or global::Google.Cloud.Kms.V1.ProtectionLevel.Software))
            return Enum.IsDefined(template.ProtectionLevel)
                ? NotOffered.Method("This protection level", Unoffered.Level)
                : new Refusal(RefusalReason.InvalidArgument,
                    "version_template.protection_level is not a protection level.");
        var name = template?.Algorithm ?? WireAlgorithm.Unspecified;
        return name == WireAlgorithm.Unspecified ? Algorithm.Unspecified : Parse(name, "version_template.algorithm");
    }

    public static Outcome<Algorithm> ParseRequired(WireAlgorithm name) => name == WireAlgorithm.Unspecified
        ? new Refusal(RefusalReason.InvalidArgument, "algorithm is required.")
        : Parse(name, "algorithm");

    private static Outcome<Algorithm> Parse(WireAlgorithm name, string field)
    {
        if (AlgorithmNames.Find(name) is { } algorithm) return algorithm;
        return Enum.IsDefined(name)
            ? NotOffered.Method(
                "This algorithm, which needs another protection level,", Unoffered.Level)
            : new Refusal(RefusalReason.InvalidArgument, $"{field} is not an algorithm.");
    }

    private static string NameOf(WirePurpose purpose) => CryptoKey.Descriptor.EnumTypes
        .Single(e => e.Name == "CryptoKeyPurpose").FindValueByNumber((int)purpose).Name;
}
