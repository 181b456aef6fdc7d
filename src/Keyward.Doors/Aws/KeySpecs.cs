using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;

namespace Keyward.Doors.Aws;

/// <summary>AWS's names for the vault's algorithms and purposes, and "not offered" for the rest.</summary>
internal static class KeySpecs
{
    public const string SymmetricDefault = "SYMMETRIC_DEFAULT";

    /// <summary>Every KeySpec of the service's model.</summary>
    public static readonly string[] All =
    [
        "RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1",
        SymmetricDefault, "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512", "SM2", "ML_DSA_44", "ML_DSA_65",
        "ML_DSA_87", "ECC_NIST_EDWARDS25519",
    ];

    public static readonly string[] Usages =
        ["SIGN_VERIFY", "ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"];

    public static readonly string[] EncryptionAlgorithms =
        [SymmetricDefault, "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"];

    public static string SpecOf(Algorithm algorithm) => algorithm switch
    {
        Algorithm.Aes256Symmetric => SymmetricDefault,
        Algorithm.Unspecified => "",
    };

    public static string UsageOf(Purpose purpose) => purpose switch
    {
        Purpose.EncryptDecrypt => "ENCRYPT_DECRYPT",
        Purpose.Unspecified => "",
    };

    public static string UsageOf(FoundKey? key) => key is null ? "" : UsageOf(key.Purpose);

    /// <summary>Whether the algorithm that a call names is one of the key's; without a name it is
    /// SYMMETRIC_DEFAULT.</summary>
    public static Fault? JudgeEncryption(Call call, FoundKey key, string member)
    {
        var algorithm = call.Input.Text(member) ?? SymmetricDefault;
        if (key.Purpose != Purpose.EncryptDecrypt || algorithm == SymmetricDefault) return null;
        return new Fault("InvalidKeyUsageException",
            $"Algorithm {algorithm} is incompatible with key spec {SpecOf(key.Algorithm)}.",
            Vault.Gate.RefusalReason.AlgorithmMismatch);
    }

    /// <summary>The list of algorithms that belongs to the key's usage.</summary>
    public static void WriteAlgorithms(System.Text.Json.Utf8JsonWriter json, Purpose purpose, Algorithm algorithm)
    {
        var (member, names) = purpose switch
        {
            Purpose.EncryptDecrypt => ("EncryptionAlgorithms", new[] { SymmetricDefault }),
            Purpose.Unspecified => ("", []),
        };
        if (names.Length == 0) return;
        json.WriteStartArray(member);
        foreach (var name in names) json.WriteStringValue(name);
        json.WriteEndArray();
    }

    /// <summary>The vault's choice for a spec and a usage; the fault for a pair that goes not together.</summary>
    public static (Purpose Purpose, Algorithm Algorithm)? Parse(string spec, string? usage, out Fault? fault)
    {
        fault = null;
        if (usage is null && spec != SymmetricDefault)
            fault = Fault.Validation(
                "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.");
        else if (spec == SymmetricDefault)
        {
            if (usage is null or "ENCRYPT_DECRYPT") return (Purpose.EncryptDecrypt, Algorithm.Aes256Symmetric);
            fault = Fault.Validation($"KeyUsage {usage} is not compatible with KeySpec {spec}");
        }
        else fault = Fault.Unsupported($"KeySpec {spec} is not offered by this server.");

        return null;
    }
}
