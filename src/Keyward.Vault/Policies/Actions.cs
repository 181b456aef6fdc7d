using System.Collections.Frozen;

namespace Keyward.Vault.Policies;

/// <summary>The one table of AWS KMS's actions (Service Authorization Reference, AWS KMS) against the vault's rights.
/// An action is one right. A right that AWS has no action for is governed by the actions that do the same there: a
/// statement that allows must cover all of them, one that denies need cover only one. What AWS cannot do at all has a
/// name of its own, which only wildcards cover.</summary>
public static class Actions
{
    public const string Service = "kms";

    /// <summary>The action, the right that it is, and the coarser right of Google's that includes it.</summary>
    private static readonly (string Action, Permission Permission, Permission Coarser)[] Table =
    [
        ("CancelKeyDeletion", Permission.CryptoKeysCancelDeletion, Permission.VersionsRestore),
        ("CreateAlias", Permission.AliasesCreate, Permission.None),
        ("CreateGrant", Permission.GrantsCreate, Permission.None),
        ("CreateKey", Permission.CryptoKeysCreate, Permission.None),
        ("Decrypt", Permission.VersionsUseToDecrypt, Permission.None),
        ("DeleteAlias", Permission.AliasesDelete, Permission.None),
        ("DeleteImportedKeyMaterial", Permission.CryptoKeysDeleteMaterial, Permission.VersionsDestroy),
        ("DeriveSharedSecret", Permission.VersionsUseToDeriveSharedSecret, Permission.VersionsUseToDecapsulate),
        ("DescribeKey", Permission.CryptoKeysGet, Permission.None),
        ("DisableKey", Permission.CryptoKeysDisable, Permission.VersionsUpdate),
        ("DisableKeyRotation", Permission.CryptoKeysDisableRotation, Permission.CryptoKeysUpdate),
        ("EnableKey", Permission.CryptoKeysEnable, Permission.VersionsUpdate),
        ("EnableKeyRotation", Permission.CryptoKeysEnableRotation, Permission.CryptoKeysUpdate),
        ("Encrypt", Permission.VersionsUseToEncrypt, Permission.None),
        ("GenerateDataKey", Permission.VersionsUseToGenerateDataKey, Permission.VersionsUseToEncrypt),
        ("GenerateDataKeyPair", Permission.VersionsUseToGenerateDataKeyPair, Permission.VersionsUseToEncrypt),
        ("GenerateDataKeyPairWithoutPlaintext", Permission.VersionsUseToGenerateDataKeyPairWithoutPlaintext,
            Permission.VersionsUseToEncrypt),
        ("GenerateDataKeyWithoutPlaintext", Permission.VersionsUseToGenerateDataKeyWithoutPlaintext,
            Permission.VersionsUseToEncrypt),
        ("GenerateMac", Permission.VersionsUseToGenerateMac, Permission.VersionsUseToSign),
        ("GenerateRandom", Permission.LocationsGenerateRandomBytes, Permission.None),
        ("GetKeyLastUsage", Permission.CryptoKeysGetLastUsage, Permission.CryptoKeysGet),
        ("GetKeyPolicy", Permission.CryptoKeysGetIamPolicy, Permission.None),
        ("GetKeyRotationStatus", Permission.CryptoKeysGetRotation, Permission.CryptoKeysGet),
        ("GetParametersForImport", Permission.CryptoKeysGetImportParameters, Permission.ImportJobsUseToImport),
        ("GetPublicKey", Permission.VersionsViewPublicKey, Permission.None),
        ("ImportKeyMaterial", Permission.CryptoKeysImportMaterial, Permission.ImportJobsUseToImport),
        ("ListAliases", Permission.AliasesList, Permission.None),
        ("ListGrants", Permission.GrantsList, Permission.None),
        ("ListKeyPolicies", Permission.CryptoKeysListPolicies, Permission.CryptoKeysGetIamPolicy),
        ("ListKeyRotations", Permission.CryptoKeysListRotations, Permission.VersionsList),
        ("ListKeys", Permission.CryptoKeysList, Permission.None),
        ("ListResourceTags", Permission.CryptoKeysListTags, Permission.CryptoKeysGet),
        ("ListRetirableGrants", Permission.GrantsListRetirable, Permission.None),
        ("PutKeyPolicy", Permission.CryptoKeysSetIamPolicy, Permission.None),
        ("ReEncryptFrom", Permission.VersionsUseToReEncryptFrom, Permission.VersionsUseToDecrypt),
        ("ReEncryptTo", Permission.VersionsUseToReEncryptTo, Permission.VersionsUseToEncrypt),
        ("ReplicateKey", Permission.CryptoKeysReplicate, Permission.None),
        ("RetireGrant", Permission.GrantsRetire, Permission.None),
        ("RevokeGrant", Permission.GrantsRevoke, Permission.None),
        ("RotateKeyOnDemand", Permission.CryptoKeysRotate, Permission.VersionsCreate),
        ("ScheduleKeyDeletion", Permission.CryptoKeysScheduleDeletion, Permission.VersionsDestroy),
        ("Sign", Permission.VersionsUseToSign, Permission.None),
        ("TagResource", Permission.CryptoKeysTag, Permission.CryptoKeysUpdate),
        ("UntagResource", Permission.CryptoKeysUntag, Permission.CryptoKeysUpdate),
        ("UpdateAlias", Permission.AliasesUpdate, Permission.None),
        ("UpdateKeyDescription", Permission.CryptoKeysUpdateDescription, Permission.CryptoKeysUpdate),
        ("UpdatePrimaryRegion", Permission.CryptoKeysUpdatePrimaryRegion, Permission.None),
        ("Verify", Permission.VersionsUseToVerify, Permission.None),
        ("VerifyMac", Permission.VersionsUseToVerifyMac, Permission.VersionsUseToVerify),
    ];

    /// <summary>Rights on keys that are no action of their own, and the actions that govern them.</summary>
    private static readonly (Permission Permission, string[] Actions)[] Governed =
    [
        (Permission.CryptoKeysUpdate, ["UpdateKeyDescription", "TagResource", "UntagResource", "EnableKeyRotation",
            "DisableKeyRotation"]),
        (Permission.CryptoKeysDelete, ["ScheduleKeyDeletion"]),
        (Permission.VersionsCreate, ["RotateKeyOnDemand"]),
        (Permission.VersionsGet, ["DescribeKey"]),
        (Permission.VersionsList, ["ListKeyRotations"]),
        (Permission.VersionsUpdate, ["EnableKey", "DisableKey"]),
        (Permission.VersionsDestroy, ["ScheduleKeyDeletion"]),
        (Permission.VersionsDelete, ["ScheduleKeyDeletion"]),
        (Permission.VersionsRestore, ["CancelKeyDeletion"]),
        (Permission.VersionsUseToDecapsulate, ["DeriveSharedSecret"]),
        (Permission.VersionsUseToEncryptViaDelegation, ["Encrypt"]),
        (Permission.VersionsUseToDecryptViaDelegation, ["Decrypt"]),
        (Permission.ImportJobsUseToImport, ["GetParametersForImport", "ImportKeyMaterial"]),
    ];

    /// <summary>The actions that a policy in AWS's language can confer on another account's principals ("Cross-account
    /// use: Yes" in the API Reference). All else stays with the key's own account, whatever the policy says.</summary>
    private static readonly string[] AcrossAccounts =
    [
        "CreateGrant", "Decrypt", "DeriveSharedSecret", "DescribeKey", "Encrypt", "GenerateDataKey",
        "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "GenerateMac",
        "GetKeyRotationStatus", "GetPublicKey", "ListGrants", "ReEncryptFrom", "ReEncryptTo", "RetireGrant",
        "RevokeGrant", "Sign", "Verify", "VerifyMac",
    ];

    private static readonly FrozenDictionary<Permission, string[]> GovernedBy = Governing();

    private static readonly FrozenSet<Permission> ForOtherAccounts = GovernedBy
        .Where(g => g.Value.All(AcrossAccounts.Contains)).Select(g => g.Key).ToFrozenSet();

    private static readonly FrozenDictionary<Permission, PermissionMask> Finer = Table
        .Where(t => t.Coarser != Permission.None).GroupBy(t => t.Coarser)
        .ToFrozenDictionary(g => g.Key,
            g => g.Aggregate(PermissionMask.None, (mask, t) => mask | PermissionMask.Of(t.Permission)));

    /// <summary>AWS's own actions, each with its right, in order of their names.</summary>
    public static IEnumerable<(string Action, Permission Permission)> All =>
        Table.Select(t => (t.Action, t.Permission));

    /// <summary>The right that an action is, named with its service; letters count in either case, as in
    /// policies.</summary>
    internal static bool TryParse(string name, out Permission permission)
    {
        permission = Permission.None;
        foreach (var (action, right, _) in Table)
            if (name.Equals($"{Service}:{action}", StringComparison.OrdinalIgnoreCase)) permission = right;
        return permission != Permission.None;
    }

    /// <summary>The action that is the right of this name; null where AWS has none.</summary>
    public static string? OfName(string? permission)
    {
        foreach (var (action, right, _) in Table)
            if (right.Name() == permission) return action;
        return null;
    }

    /// <summary>The name of the right that this one is a part of, where it is one: roles name that.</summary>
    public static string CoarserNameOf(string permission)
    {
        foreach (var (_, right, coarser) in Table)
            if (coarser != Permission.None && right.Name() == permission) return coarser.Name();
        return permission;
    }

    /// <summary>The actions that govern a right, without the service's name; never none.</summary>
    public static IReadOnlyList<string> Of(Permission permission) => GovernedBy[permission];

    /// <summary>The same with the service's name: <c>kms:Encrypt</c>. What is no matter of keys has a service of its
    /// own, so that <c>kms:*</c> is about keys.</summary>
    internal static IEnumerable<string> QualifiedOf(Permission permission)
    {
        var isOfKeys = permission.Name().StartsWith("cloudkms.", StringComparison.Ordinal)
            || Table.Any(t => t.Permission == permission);
        return Of(permission).Select(a => $"{(isOfKeys ? Service : "keyward")}:{a}");
    }

    /// <summary>Whether AWS has an action for it, or actions that do the same.</summary>
    internal static bool IsOfAws(Permission permission) =>
        !Of(permission)[0].StartsWith("Keyward", StringComparison.Ordinal);

    /// <summary>Whether a key's policy can confer it on principals of other accounts.</summary>
    internal static bool WorksAcrossAccounts(Permission permission) => ForOtherAccounts.Contains(permission);

    /// <summary>The right's finer parts that a role with it confers too.</summary>
    internal static PermissionMask FinerThan(Permission permission) => Finer.GetValueOrDefault(permission);

    private static FrozenDictionary<Permission, string[]> Governing()
    {
        var governing = Table.ToDictionary(t => t.Permission, t => (string[])[t.Action]);
        foreach (var (permission, actions) in Governed) governing[permission] = actions;
        foreach (var permission in Enum.GetValues<Permission>())
            governing.TryAdd(permission, ["Keyward" + permission]);
        return governing.ToFrozenDictionary();
    }
}
