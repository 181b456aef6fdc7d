using System.Collections.Frozen;

namespace Keyward.Vault.Policies;

/// <summary>Every right there is. Cloud KMS's names are Google's; those that Google lacks begin with <c>keyward.</c>.
/// A member's number is its bit in a mask. The
/// rights are the finest union of both vendors'; <see cref="Actions"/> maps each to its AWS actions.</summary>
public enum Permission
{
    None = 0,
    LocationsGet = 1,
    LocationsList = 2,
    ProjectsGet = 3,
    KeyRingsCreate = 4,
    KeyRingsGet = 5,
    KeyRingsList = 6,
    KeyRingsGetIamPolicy = 7,
    KeyRingsSetIamPolicy = 8,
    CryptoKeysCreate = 9,
    CryptoKeysGet = 10,
    CryptoKeysList = 11,
    CryptoKeysUpdate = 12,
    CryptoKeysGetIamPolicy = 13,
    CryptoKeysSetIamPolicy = 14,
    VersionsCreate = 15,
    VersionsGet = 16,
    VersionsList = 17,
    VersionsUpdate = 18,
    VersionsDestroy = 19,
    VersionsRestore = 20,
    VersionsUseToEncrypt = 21,
    VersionsUseToDecrypt = 22,
    ProjectsGetIamPolicy = 23,
    ProjectsSetIamPolicy = 24,
    ProjectsCreate = 25,
    ProjectsList = 26,
    ServiceAccountsCreate = 27,
    ServiceAccountsGet = 28,
    ServiceAccountsList = 29,
    ServiceAccountsUpdate = 30,
    CredentialsCreate = 31,
    CredentialsList = 32,
    CredentialsRevoke = 33,
    AuditRead = 34,
    AuditReadAll = 35,
    StatusGet = 36,
    VersionsUseToSign = 37,
    VersionsUseToVerify = 38,
    VersionsViewPublicKey = 39,
    LocationsGenerateRandomBytes = 40,
    ImportJobsCreate = 41,
    ImportJobsGet = 42,
    ImportJobsList = 43,
    ImportJobsUseToImport = 44,
    ImportJobsGetIamPolicy = 45,
    ImportJobsSetIamPolicy = 46,
    VersionsUseToDecapsulate = 47,
    VersionsUseToEncryptViaDelegation = 48,
    VersionsUseToDecryptViaDelegation = 49,
    VersionsManageRawAesCbcKeys = 50,
    VersionsManageRawAesCtrKeys = 51,
    VersionsManageRawPkcs1Keys = 52,
    CryptoKeysDelete = 53,
    VersionsDelete = 54,
    DeploymentGetIamPolicy = 55,
    DeploymentSetIamPolicy = 56,
    GrantsCreate = 57,
    GrantsList = 58,
    GrantsListRetirable = 59,
    GrantsRetire = 60,
    GrantsRevoke = 61,
    VersionsUseToGenerateDataKey = 62,
    VersionsUseToGenerateDataKeyWithoutPlaintext = 63,
    VersionsUseToGenerateDataKeyPair = 64,
    VersionsUseToGenerateDataKeyPairWithoutPlaintext = 65,
    VersionsUseToReEncryptFrom = 66,
    VersionsUseToReEncryptTo = 67,
    VersionsUseToGenerateMac = 68,
    VersionsUseToVerifyMac = 69,
    VersionsUseToDeriveSharedSecret = 70,
    CryptoKeysEnable = 71,
    CryptoKeysDisable = 72,
    CryptoKeysScheduleDeletion = 73,
    CryptoKeysCancelDeletion = 74,
    CryptoKeysUpdateDescription = 75,
    CryptoKeysTag = 76,
    CryptoKeysUntag = 77,
    CryptoKeysListTags = 78,
    CryptoKeysGetRotation = 79,
    CryptoKeysEnableRotation = 80,
    CryptoKeysDisableRotation = 81,
    CryptoKeysRotate = 82,
    CryptoKeysListRotations = 83,
    CryptoKeysGetImportParameters = 84,
    CryptoKeysImportMaterial = 85,
    CryptoKeysDeleteMaterial = 86,
    CryptoKeysReplicate = 87,
    CryptoKeysUpdatePrimaryRegion = 88,
    CryptoKeysListPolicies = 89,
    CryptoKeysGetLastUsage = 90,
    AliasesCreate = 91,
    AliasesUpdate = 92,
    AliasesDelete = 93,
    AliasesList = 94,
    PrincipalsGetPolicy = 95,
    PrincipalsSetPolicy = 96,
    RetiredResourcesGet = 97,
    RetiredResourcesList = 98,
    OperationsGet = 99,
    DenyPoliciesGet = 100,
    DenyPoliciesUpdate = 101,
    RolesCreate = 102,
    RolesGet = 103,
    RolesList = 104,
    RolesUpdate = 105,
    RolesDelete = 106,
    RolesConfer = 107,
    GroupsCreate = 108,
    GroupsGet = 109,
    GroupsList = 110,
    GroupsUpdate = 111,
    IssuersUpdate = 112,
    IssuersList = 113,
    ServiceAccountsGetAccessToken = 114,
    ServiceAccountsGetOpenIdToken = 115,
    ServiceAccountsSignJwt = 116,
    ServiceAccountsSignBlob = 117,
    QuotasGet = 118,
    QuotasSet = 119,
    AuditVerify = 120,
    AuditHash = 121,
    NodesGet = 122,
    NodesUpdate = 123,
    BackupsCreate = 124,
    DevControl = 125,
    AuditManage = 126,
    AuditPrune = 127,
    WitnessUpdate = 128,
    WitnessList = 129,
    AnomaliesList = 130,
    AnomaliesJudge = 131,
    NodesJoin = 132,
    MetricsReadKeys = 133,
    RootKeysGet = 134,
    RootKeysRotate = 135,
    ProjectKeysRotate = 136,
}

/// <summary>The permissions' names as policies, refusals and TestIamPermissions show them.</summary>
public static class PermissionNames
{
    private static readonly string[] Names = BuildNames();

    private static readonly FrozenDictionary<string, Permission> ByName =
        Enum.GetValues<Permission>().Where(p => p != Permission.None).ToFrozenDictionary(p => Names[(int)p]);

    public static string Name(this Permission permission) => Names[(int)permission];

    public static bool TryParse(string name, out Permission permission) => ByName.TryGetValue(name, out permission);

    private static string[] BuildNames()
    {
        var names = new string[Enum.GetValues<Permission>().Max(p => (int)p) + 1];
        foreach (var permission in Enum.GetValues<Permission>()) names[(int)permission] = NameOf(permission);
        return names;
    }

    private static string NameOf(Permission permission) => permission switch
    {
        Permission.None => "",
        Permission.ProjectsGet => "resourcemanager.projects.get",
        Permission.ProjectsGetIamPolicy => "resourcemanager.projects.getIamPolicy",
        Permission.ProjectsSetIamPolicy => "resourcemanager.projects.setIamPolicy",
        Permission.ProjectsCreate => "resourcemanager.projects.create",
        Permission.ProjectsList => "resourcemanager.projects.list",
        Permission.ServiceAccountsCreate => "iam.serviceAccounts.create",
        Permission.ServiceAccountsGet => "iam.serviceAccounts.get",
        Permission.ServiceAccountsList => "iam.serviceAccounts.list",
        Permission.ServiceAccountsUpdate => "iam.serviceAccounts.update",
        Permission.CredentialsCreate => "iam.serviceAccountKeys.create",
        Permission.CredentialsList => "iam.serviceAccountKeys.list",
        Permission.CredentialsRevoke => "iam.serviceAccountKeys.disable",
        Permission.AuditRead => "keyward.audit.read",
        Permission.AuditReadAll => "keyward.audit.readAll",
        Permission.StatusGet => "keyward.status.get",
        Permission.DeploymentGetIamPolicy => "keyward.deployment.getIamPolicy",
        Permission.DeploymentSetIamPolicy => "keyward.deployment.setIamPolicy",
        Permission.DenyPoliciesGet => "iam.denypolicies.get",
        Permission.DenyPoliciesUpdate => "iam.denypolicies.update",
        Permission.RolesCreate => "iam.roles.create",
        Permission.RolesGet => "iam.roles.get",
        Permission.RolesList => "iam.roles.list",
        Permission.RolesUpdate => "iam.roles.update",
        Permission.RolesDelete => "iam.roles.delete",
        Permission.RolesConfer => "keyward.roles.confer",
        Permission.GroupsCreate => "keyward.groups.create",
        Permission.GroupsGet => "keyward.groups.get",
        Permission.GroupsList => "keyward.groups.list",
        Permission.GroupsUpdate => "keyward.groups.update",
        Permission.IssuersUpdate => "keyward.issuers.update",
        Permission.IssuersList => "keyward.issuers.list",
        Permission.ServiceAccountsGetAccessToken => "iam.serviceAccounts.getAccessToken",
        Permission.ServiceAccountsGetOpenIdToken => "iam.serviceAccounts.getOpenIdToken",
        Permission.ServiceAccountsSignJwt => "iam.serviceAccounts.signJwt",
        Permission.ServiceAccountsSignBlob => "iam.serviceAccounts.signBlob",
        Permission.QuotasGet => "keyward.quotas.get",
        Permission.QuotasSet => "keyward.quotas.set",
        Permission.AuditVerify => "keyward.audit.verify",
        Permission.AuditHash => "keyward.audit.hash",
        Permission.AuditManage => "keyward.audit.manage",
        Permission.AuditPrune => "keyward.audit.prune",
        Permission.WitnessUpdate => "keyward.witness.update",
        Permission.WitnessList => "keyward.witness.list",
        Permission.AnomaliesList => "keyward.anomalies.list",
        Permission.AnomaliesJudge => "keyward.anomalies.judge",
        Permission.DevControl => "keyward.dev.control",
        Permission.NodesGet => "keyward.nodes.get",
        Permission.NodesUpdate => "keyward.nodes.update",
        Permission.BackupsCreate => "keyward.backups.create",
        Permission.NodesJoin => "keyward.nodes.join",
        Permission.MetricsReadKeys => "keyward.metrics.readKeys",
        // Finer than Google's: what Google has one right for, or none.
        >= Permission.GrantsCreate => KmsName(permission.ToString(), "keyward"),
        _ => KmsName(permission.ToString(), "cloudkms"),
    };

    /// <summary>What a caller is told who lacks a right, whether the resource is there or not.</summary>
    public static string Denial(string permission, string resource) =>
        $"Permission '{permission}' denied on resource '{resource}' (or it may not exist).";

    /// <summary>VersionsUseToEncrypt → cloudkms.cryptoKeyVersions.useToEncrypt, and so on for the regular
    /// ones.</summary>
    private static string KmsName(string member, string service)
    {
        (string Prefix, string Collection)[] collections =
        [
            ("Locations", "locations"), ("KeyRings", "keyRings"), ("CryptoKeys", "cryptoKeys"),
            ("Versions", "cryptoKeyVersions"), ("ImportJobs", "importJobs"), ("Grants", "grants"),
            ("Aliases", "aliases"), ("Principals", "principals"),
            ("RetiredResources", "retiredResources"), ("Operations", "operations"), ("RootKeys", "rootKeys"),
            ("ProjectKeys", "projectKeys"),
        ];
        var (prefix, collection) = collections.Single(c => member.StartsWith(c.Prefix, StringComparison.Ordinal));
        var verb = member[prefix.Length..].Replace("Pkcs1", "PKCS1", StringComparison.Ordinal);
        return $"{service}.{collection}.{char.ToLowerInvariant(verb[0])}{verb[1..]}";
    }
}
