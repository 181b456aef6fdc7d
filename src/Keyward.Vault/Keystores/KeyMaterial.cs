using Keyward.Vault.Algorithms;

namespace Keyward.Vault.Keystores;

/// <summary>What a sealed key is bound to: every field goes into the AAD of the sealed value, so sealed values cannot
/// be swapped between rows (docs/reference/format.md).</summary>
/// <param name="Kind">One of the kinds of <see cref="SealKind"/>.</param>
/// <param name="Name">The full resource name.</param>
/// <param name="Version">The version number; 1 for things that have none.</param>
/// <param name="AlgorithmLabel">The algorithm table's seal label, or <c>AES_256</c> for project and deployment
/// keys.</param>
/// <param name="Attributes">What must not change with the material: purpose, protection level, provenance, export
/// rule, creation time; framed by the owner of the row, empty for keys that have none.</param>
internal sealed record SealBinding(string Kind, string Name, int Version, string AlgorithmLabel, byte[] Attributes);

/// <summary>The kinds of sealed values. A label is never reused.</summary>
internal static class SealKind
{
    public const string ProjectKey = "project-key";
    public const string DeploymentKey = "deployment-key";
    public const string Version = "version";
    public const string AccessKeySecret = "access-key-secret";
    public const string AuditKey = "audit-key";
    public const string CertificateAuthority = "certificate-authority";
    public const string TokenKey = "token-key";
    public const string ImportJob = "import-job";
    public const string WitnessKey = "witness-key";

    /// <summary>A new root sealed by the old one: the bridge of a rotation.</summary>
    public const string RootKey = "root-key";

    /// <summary>The algorithm label of log keys.</summary>
    public const string AuditKeyAlgorithm = "ED25519";

    /// <summary>The algorithm label of what the root seals.</summary>
    public static string RootedAlgorithm(string kind) => kind switch
    {
        AuditKey or WitnessKey => AuditKeyAlgorithm,
        CertificateAuthority => "ECDSA_P256",
        _ => "AES_256",
    };
}

/// <summary>A sealed key as it lies in the store: which parent sealed it, what it is bound to, and the bytes.</summary>
/// <param name="ParentId">16 bytes: the project key's id; 16 zero bytes where the root seals.</param>
/// <param name="Sealed">01 ‖ nonce 24 ‖ ciphertext ‖ tag 16; empty once the material is destroyed.</param>
internal sealed record SealedKey(byte[] ParentId, SealBinding Binding, byte[] Sealed)
{
    public override string ToString() => $"SealedKey {Binding.Kind} {Binding.Name}";
}

/// <summary>The material of one key version, sealed, with what the keystore needs to open it. Immutable; the keystore
/// may keep the opened form, so the vault must call <see cref="IKeystore.Forget"/> when a version goes away.</summary>
internal sealed record KeyMaterial(Guid KeyId, int Version, Algorithm Algorithm, SealedKey Sealed)
{
    public override string ToString() => $"KeyMaterial {KeyId} {Version}";
}
