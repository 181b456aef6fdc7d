using System.Collections.Frozen;

namespace Keyward.Vault.Policies;

/// <summary>The predefined roles and what each confers. Names and contents of <c>roles/cloudkms.*</c> are Google's
/// (Cloud KMS: permissions and roles); <c>roles/keyward.*</c> are for what Google's KMS has no role for.</summary>
public static class Roles
{
    private static readonly Permission[] Common =
        [Permission.LocationsGet, Permission.LocationsList, Permission.ProjectsGet];

    private static readonly Permission[] View =
    [
        Permission.KeyRingsGet, Permission.KeyRingsList, Permission.CryptoKeysGet, Permission.CryptoKeysList,
        Permission.VersionsGet, Permission.VersionsList, Permission.ImportJobsGet, Permission.ImportJobsList,
        Permission.CryptoKeysListTags, Permission.AliasesList,
    ];

    private static readonly Permission[] KeyAdmin =
    [
        .. View, Permission.KeyRingsCreate, Permission.KeyRingsGetIamPolicy, Permission.KeyRingsSetIamPolicy,
        Permission.CryptoKeysCreate, Permission.CryptoKeysUpdate, Permission.CryptoKeysDelete,
        Permission.CryptoKeysGetIamPolicy, Permission.CryptoKeysSetIamPolicy, Permission.ImportJobsCreate,
        Permission.ImportJobsUseToImport, Permission.ImportJobsGetIamPolicy, Permission.ImportJobsSetIamPolicy,
        Permission.VersionsCreate, Permission.VersionsUpdate, Permission.VersionsDestroy, Permission.VersionsRestore,
        Permission.VersionsDelete, Permission.VersionsUseToEncryptViaDelegation,
        Permission.VersionsUseToDecryptViaDelegation, Permission.CryptoKeysEnable, Permission.CryptoKeysDisable,
        Permission.CryptoKeysScheduleDeletion, Permission.CryptoKeysCancelDeletion,
        Permission.CryptoKeysUpdateDescription, Permission.CryptoKeysTag, Permission.CryptoKeysUntag,
        Permission.AliasesCreate, Permission.AliasesUpdate, Permission.AliasesDelete,
    ];

    /// <summary>Who may encrypt can make a data key by himself and encrypt it: the rights come together.</summary>
    private static readonly Permission[] Encrypt =
    [
        Permission.VersionsUseToEncrypt, Permission.VersionsUseToGenerateDataKey,
        Permission.VersionsUseToGenerateDataKeyWithoutPlaintext, Permission.VersionsUseToGenerateDataKeyPair,
        Permission.VersionsUseToGenerateDataKeyPairWithoutPlaintext, Permission.VersionsUseToReEncryptTo,
    ];

    private static readonly Permission[] Decrypt =
        [Permission.VersionsUseToDecrypt, Permission.VersionsUseToReEncryptFrom];

    private static readonly Permission[] Use =
    [
        .. Encrypt, .. Decrypt, Permission.VersionsUseToSign,
        Permission.VersionsUseToVerify, Permission.VersionsUseToDecapsulate, Permission.VersionsViewPublicKey,
        Permission.LocationsGenerateRandomBytes,
    ];

    private static readonly Permission[] ProjectAdmin =
    [
        Permission.ProjectsGetIamPolicy, Permission.ProjectsSetIamPolicy, Permission.ServiceAccountsCreate,
        Permission.ServiceAccountsGet, Permission.ServiceAccountsList, Permission.ServiceAccountsUpdate,
        Permission.CredentialsCreate, Permission.CredentialsList, Permission.CredentialsRevoke, Permission.AuditRead,
    ];

    private static readonly Permission[] DeploymentAdmin =
    [
        .. ProjectAdmin, Permission.ProjectsCreate, Permission.ProjectsList, Permission.AuditReadAll,
        Permission.StatusGet, Permission.DeploymentGetIamPolicy, Permission.DeploymentSetIamPolicy,
    ];

    private static readonly FrozenDictionary<string, UInt128> Masks = new Dictionary<string, UInt128>
    {
        ["roles/owner"] = Mask([.. KeyAdmin, .. Use, .. ProjectAdmin]),
        ["roles/editor"] = Mask([.. View, Permission.KeyRingsCreate, Permission.CryptoKeysCreate,
            Permission.CryptoKeysUpdate, Permission.VersionsCreate, Permission.VersionsUpdate]),
        ["roles/viewer"] = Mask([.. View]),
        ["roles/cloudkms.admin"] = Mask(KeyAdmin),
        ["roles/cloudkms.viewer"] = Mask(View),
        ["roles/cloudkms.cryptoKeyEncrypter"] = Mask(Encrypt),
        ["roles/cloudkms.cryptoKeyDecrypter"] = Mask(Decrypt),
        ["roles/cloudkms.cryptoKeyEncrypterDecrypter"] = Mask([.. Encrypt, .. Decrypt]),
        ["roles/cloudkms.cryptoKeyEncrypterViaDelegation"] = Mask([Permission.VersionsUseToEncryptViaDelegation]),
        ["roles/cloudkms.cryptoKeyDecrypterViaDelegation"] = Mask([Permission.VersionsUseToDecryptViaDelegation]),
        ["roles/cloudkms.cryptoKeyEncrypterDecrypterViaDelegation"] =
            Mask([Permission.VersionsUseToEncryptViaDelegation, Permission.VersionsUseToDecryptViaDelegation]),
        ["roles/cloudkms.cryptoOperator"] = Mask(Use),
        ["roles/cloudkms.signer"] = Mask([Permission.VersionsUseToSign]),
        ["roles/cloudkms.verifier"] = Mask([Permission.VersionsUseToVerify, Permission.VersionsViewPublicKey]),
        ["roles/cloudkms.signerVerifier"] = Mask(
            [Permission.VersionsUseToSign, Permission.VersionsUseToVerify, Permission.VersionsViewPublicKey]),
        ["roles/cloudkms.publicKeyViewer"] = Mask([Permission.VersionsViewPublicKey]),
        ["roles/cloudkms.decapsulator"] =
            Mask([Permission.VersionsUseToDecapsulate, Permission.VersionsViewPublicKey]),
        ["roles/cloudkms.importer"] = Mask([Permission.ImportJobsCreate, Permission.ImportJobsGet,
            Permission.ImportJobsList, Permission.ImportJobsUseToImport]),
        ["roles/cloudkms.expertRawAesCbc"] = Mask([Permission.VersionsManageRawAesCbcKeys]),
        ["roles/cloudkms.expertRawAesCtr"] = Mask([Permission.VersionsManageRawAesCtrKeys]),
        ["roles/cloudkms.expertRawPKCS1"] = Mask([Permission.VersionsManageRawPkcs1Keys]),
        ["roles/keyward.admin"] = Mask(DeploymentAdmin),
        ["roles/keyward.auditor"] = Mask([Permission.AuditRead, Permission.AuditReadAll, .. View]),
        ["roles/iam.serviceAccountAdmin"] = Mask([Permission.ServiceAccountsCreate, Permission.ServiceAccountsGet,
            Permission.ServiceAccountsList, Permission.ServiceAccountsUpdate]),
        ["roles/iam.serviceAccountKeyAdmin"] = Mask(
            [Permission.CredentialsCreate, Permission.CredentialsList, Permission.CredentialsRevoke]),
    }.ToFrozenDictionary();

    public static IEnumerable<string> All => Masks.Keys;

    public static bool Exists(string role) => Masks.ContainsKey(role);

    public static bool Confers(string role, Permission permission) =>
        Masks.TryGetValue(role, out var mask) && (mask & Bit(permission)) != 0;

    public static IEnumerable<Permission> PermissionsOf(string role) =>
        Enum.GetValues<Permission>().Where(p => p != Permission.None && Confers(role, p));

    /// <summary>Everything that a role confers, as a mask: the compiled policies of the snapshot hold these.</summary>
    internal static UInt128 MaskOf(string role) => Masks.GetValueOrDefault(role);

    internal static UInt128 Bit(Permission permission) => UInt128.One << (int)permission;

    private static UInt128 Mask(Permission[] permissions)
    {
        var mask = UInt128.Zero;
        foreach (var permission in permissions) mask |= Bit(permission);
        foreach (var permission in Common) mask |= Bit(permission);
        return mask;
    }
}
