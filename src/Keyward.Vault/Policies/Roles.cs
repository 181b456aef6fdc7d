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
        Permission.RetiredResourcesGet, Permission.RetiredResourcesList, Permission.OperationsGet,
        Permission.AliasesList,
    ];

    private static readonly Permission[] KeyAdmin =
    [
        .. View, Permission.KeyRingsCreate, Permission.KeyRingsGetIamPolicy, Permission.KeyRingsSetIamPolicy,
        Permission.CryptoKeysCreate, Permission.CryptoKeysUpdate, Permission.CryptoKeysDelete,
        Permission.CryptoKeysGetIamPolicy, Permission.CryptoKeysSetIamPolicy, Permission.ImportJobsCreate,
        Permission.ImportJobsUseToImport, Permission.ImportJobsGetIamPolicy, Permission.ImportJobsSetIamPolicy,
        Permission.VersionsCreate, Permission.VersionsUpdate, Permission.VersionsDestroy, Permission.VersionsRestore,
        Permission.VersionsDelete, Permission.VersionsUseToEncryptViaDelegation,
        Permission.VersionsUseToDecryptViaDelegation, .. Grants, Permission.AliasesCreate, Permission.AliasesUpdate,
        Permission.AliasesDelete, Permission.CryptoKeysReplicate, Permission.CryptoKeysUpdatePrimaryRegion,
        Permission.CryptoKeysDeleteMaterial,
    ];

    /// <summary>Who grants hands on no more than he holds, so these go with administration.</summary>
    private static Permission[] Grants =>
    [
        Permission.GrantsCreate, Permission.GrantsList, Permission.GrantsListRetirable, Permission.GrantsRetire,
        Permission.GrantsRevoke,
    ];

    private static readonly Permission[] Use =
    [
        Permission.VersionsUseToEncrypt, Permission.VersionsUseToDecrypt, Permission.VersionsUseToSign,
        Permission.VersionsUseToVerify, Permission.VersionsUseToDecapsulate, Permission.VersionsViewPublicKey,
        Permission.LocationsGenerateRandomBytes,
    ];

    private static readonly Permission[] RoleAdmin =
    [
        Permission.RolesCreate, Permission.RolesGet, Permission.RolesList, Permission.RolesUpdate,
        Permission.RolesDelete,
    ];

    private static readonly Permission[] GroupAdmin =
        [Permission.GroupsCreate, Permission.GroupsGet, Permission.GroupsList, Permission.GroupsUpdate];

    private static readonly Permission[] ReadPolicies =
    [
        Permission.ProjectsGetIamPolicy, Permission.KeyRingsGetIamPolicy, Permission.CryptoKeysGetIamPolicy,
        Permission.ImportJobsGetIamPolicy, Permission.DenyPoliciesGet, Permission.RolesGet, Permission.RolesList,
        Permission.GroupsGet, Permission.GroupsList,
    ];

    /// <summary>What is easily misused: unauthenticated encryption, and padding without a digest.</summary>
    private static readonly Permission[] Expert =
    [
        Permission.VersionsManageRawAesCbcKeys, Permission.VersionsManageRawAesCtrKeys,
        Permission.VersionsManageRawPkcs1Keys,
    ];

    private static readonly Permission[] ProjectAdmin =
    [
        Permission.ProjectsGetIamPolicy, Permission.ProjectsSetIamPolicy, Permission.ServiceAccountsCreate,
        Permission.ServiceAccountsGet, Permission.ServiceAccountsList, Permission.ServiceAccountsUpdate,
        Permission.CredentialsCreate, Permission.CredentialsList, Permission.CredentialsRevoke, Permission.AuditRead,
        Permission.DenyPoliciesGet, Permission.DenyPoliciesUpdate, .. RoleAdmin, Permission.RolesConfer, .. GroupAdmin,
        Permission.PrincipalsGetPolicy, Permission.PrincipalsSetPolicy, Permission.MetricsReadKeys,
        Permission.ProjectKeysRotate,
    ];

    private static readonly Permission[] DeploymentAdmin =
    [
        .. ProjectAdmin, Permission.ProjectsCreate, Permission.ProjectsList, Permission.AuditReadAll,
        Permission.StatusGet, Permission.DeploymentGetIamPolicy, Permission.DeploymentSetIamPolicy,
        Permission.IssuersUpdate, Permission.IssuersList, Permission.QuotasGet,
        Permission.QuotasSet, Permission.AuditVerify, Permission.NodesGet, Permission.NodesUpdate,
        Permission.BackupsCreate, Permission.AuditManage, Permission.WitnessUpdate, Permission.WitnessList,
        Permission.DevControl, Permission.AnomaliesList, Permission.AnomaliesJudge, Permission.NodesJoin,
        Permission.RootKeysGet, Permission.RootKeysRotate,
    ];

    private static readonly FrozenDictionary<string, PermissionMask> Masks = new Dictionary<string, PermissionMask>
    {
        ["roles/owner"] = Mask([.. KeyAdmin, .. Use, .. Expert, .. ProjectAdmin]),
        ["roles/editor"] = Mask([.. View, Permission.KeyRingsCreate, Permission.CryptoKeysCreate,
            Permission.CryptoKeysUpdate, Permission.VersionsCreate, Permission.VersionsUpdate]),
        ["roles/viewer"] = Mask([.. View]),
        ["roles/cloudkms.admin"] = Mask(KeyAdmin),
        ["roles/cloudkms.viewer"] = Mask(View),
        ["roles/cloudkms.cryptoKeyEncrypter"] = Mask([Permission.VersionsUseToEncrypt]),
        ["roles/cloudkms.cryptoKeyDecrypter"] = Mask([Permission.VersionsUseToDecrypt]),
        ["roles/cloudkms.cryptoKeyEncrypterDecrypter"] =
            Mask([Permission.VersionsUseToEncrypt, Permission.VersionsUseToDecrypt]),
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
        ["roles/keyward.auditor"] = Mask([Permission.AuditRead, Permission.AuditReadAll, Permission.AuditVerify,
            Permission.NodesGet, Permission.AnomaliesList,
            Permission.DeploymentGetIamPolicy, .. ReadPolicies, .. View]),
        // Keyed digests let guesses be tried against records: no one administers that right to himself by his role.
        ["roles/keyward.investigator"] = Mask([Permission.AuditRead, Permission.AuditReadAll,
            Permission.AuditVerify, Permission.AuditHash, Permission.AnomaliesList, Permission.AnomaliesJudge]),
        // Nor what removes records for good.
        ["roles/keyward.archivist"] = Mask([Permission.AuditVerify, Permission.AuditPrune]),
        ["roles/keyward.metricsReader"] = Mask([Permission.MetricsReadKeys]),
        ["roles/keyward.backupOperator"] = Mask([Permission.BackupsCreate]),
        ["roles/keyward.groupAdmin"] = Mask(GroupAdmin),
        ["roles/iam.roleAdmin"] = Mask(RoleAdmin),
        ["roles/iam.roleViewer"] = Mask([Permission.RolesGet, Permission.RolesList]),
        ["roles/iam.denyAdmin"] = Mask([Permission.DenyPoliciesGet, Permission.DenyPoliciesUpdate]),
        ["roles/iam.denyReviewer"] = Mask([Permission.DenyPoliciesGet]),
        ["roles/iam.securityReviewer"] = Mask([.. ReadPolicies, .. View]),
        ["roles/iam.serviceAccountAdmin"] = Mask([Permission.ServiceAccountsCreate, Permission.ServiceAccountsGet,
            Permission.ServiceAccountsList, Permission.ServiceAccountsUpdate]),
        ["roles/iam.serviceAccountTokenCreator"] = Mask([Permission.ServiceAccountsGetAccessToken,
            Permission.ServiceAccountsGetOpenIdToken, Permission.ServiceAccountsSignJwt,
            Permission.ServiceAccountsSignBlob]),
        ["roles/iam.serviceAccountOpenIdTokenCreator"] = Mask([Permission.ServiceAccountsGetOpenIdToken]),
        ["roles/iam.workloadIdentityUser"] = Mask(
            [Permission.ServiceAccountsGetAccessToken, Permission.ServiceAccountsGetOpenIdToken]),
        ["roles/iam.serviceAccountKeyAdmin"] = Mask(
            [Permission.CredentialsCreate, Permission.CredentialsList, Permission.CredentialsRevoke]),
    }.ToFrozenDictionary();

    public static IEnumerable<string> All => Masks.Keys;

    public static bool Exists(string role) => Masks.ContainsKey(role);

    /// <summary>Whether the name is that of a role which a project or the deployment has made itself.</summary>
    public static bool IsCustom(string role) => !role.StartsWith("roles/", StringComparison.Ordinal);

    public static bool Confers(string role, Permission permission) =>
        Masks.TryGetValue(role, out var mask) && mask.Contains(permission);

    public static IEnumerable<Permission> PermissionsOf(string role) =>
        Enum.GetValues<Permission>().Where(p => p != Permission.None && Confers(role, p));

    /// <summary>Everything that a role confers, as a mask: the compiled policies of the snapshot hold these.</summary>
    internal static PermissionMask MaskOf(string role) => Masks.GetValueOrDefault(role);

    private static PermissionMask Mask(Permission[] permissions)
    {
        var mask = PermissionMask.None;
        foreach (var permission in permissions)
            mask = mask | PermissionMask.Of(permission) | Actions.FinerThan(permission);
        foreach (var permission in Common) mask |= PermissionMask.Of(permission);
        return mask;
    }
}
