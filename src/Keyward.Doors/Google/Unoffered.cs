using System.Collections.Immutable;
using Keyward.Doors.Rpc;

namespace Keyward.Doors.Google;

/// <summary>What today's clients of Google Cloud KMS can call and this server refuses by UNIMPLEMENTED, each with what
/// to do instead (google/cloud/kms/v1: ekm_service, autokey, autokey_admin, hsm_management). A test compares the list
/// with the client's own descriptors.</summary>
internal static class Unoffered
{
    /// <summary>Instead of keys that lie with somebody else.</summary>
    public const string ExternalKeys =
        "This server keeps its keys itself: create one at protection level SOFTWARE, or bring it in by an import job.";

    public const string Autokey =
        "Create the key with CreateCryptoKey, and give the service account that uses it "
        + "roles/cloudkms.cryptoKeyEncrypterDecrypter with SetIamPolicy.";

    public const string OwnHsm =
        "Create keys at protection level SOFTWARE; IAM policies and deny rules say who may do what to them.";

    public const string TrustedWrapping =
        "Bring material in with an import job: CreateImportJob, then ImportCryptoKeyVersion.";

    public const string Level = "Use the protection level SOFTWARE.";

    public static readonly ImmutableArray<UnofferedMethod> Methods =
    [
        Of("EkmService", "ListEkmConnections", "GET",
            "/v1/{parent=projects/*/locations/*}/ekmConnections", ExternalKeys),
        Of("EkmService", "GetEkmConnection", "GET",
            "/v1/{name=projects/*/locations/*/ekmConnections/*}", ExternalKeys),
        Of("EkmService", "CreateEkmConnection", "POST",
            "/v1/{parent=projects/*/locations/*}/ekmConnections", ExternalKeys),
        Of("EkmService", "UpdateEkmConnection", "PATCH",
            "/v1/{ekm_connection.name=projects/*/locations/*/ekmConnections/*}", ExternalKeys),
        Of("EkmService", "GetEkmConfig", "GET",
            "/v1/{name=projects/*/locations/*/ekmConfig}", ExternalKeys),
        Of("EkmService", "UpdateEkmConfig", "PATCH",
            "/v1/{ekm_config.name=projects/*/locations/*/ekmConfig}", ExternalKeys),
        Of("EkmService", "VerifyConnectivity", "GET",
            "/v1/{name=projects/*/locations/*/ekmConnections/*}:verifyConnectivity", ExternalKeys),
        Of("Autokey", "CreateKeyHandle", "POST",
            "/v1/{parent=projects/*/locations/*}/keyHandles", Autokey),
        Of("Autokey", "GetKeyHandle", "GET",
            "/v1/{name=projects/*/locations/*/keyHandles/*}", Autokey),
        Of("Autokey", "ListKeyHandles", "GET",
            "/v1/{parent=projects/*/locations/*}/keyHandles", Autokey),
        Of("AutokeyAdmin", "UpdateAutokeyConfig", "PATCH",
            "/v1/{autokey_config.name=folders/*/autokeyConfig}", Autokey),
        Of("AutokeyAdmin", "UpdateAutokeyConfig", "PATCH",
            "/v1/{autokey_config.name=projects/*/autokeyConfig}", Autokey),
        Of("AutokeyAdmin", "GetAutokeyConfig", "GET",
            "/v1/{name=folders/*/autokeyConfig}", Autokey),
        Of("AutokeyAdmin", "GetAutokeyConfig", "GET",
            "/v1/{name=projects/*/autokeyConfig}", Autokey),
        Of("AutokeyAdmin", "ShowEffectiveAutokeyConfig", "GET",
            "/v1/{parent=projects/*}:showEffectiveAutokeyConfig", Autokey),
        Of("HsmManagement", "ListSingleTenantHsmInstances", "GET",
            "/v1/{parent=projects/*/locations/*}/singleTenantHsmInstances", OwnHsm),
        Of("HsmManagement", "GetSingleTenantHsmInstance", "GET",
            "/v1/{name=projects/*/locations/*/singleTenantHsmInstances/*}", OwnHsm),
        Of("HsmManagement", "CreateSingleTenantHsmInstance", "POST",
            "/v1/{parent=projects/*/locations/*}/singleTenantHsmInstances", OwnHsm),
        Of("HsmManagement", "CreateSingleTenantHsmInstanceProposal", "POST",
            "/v1/{parent=projects/*/locations/*/singleTenantHsmInstances/*}/proposals", OwnHsm),
        Of("HsmManagement", "ApproveSingleTenantHsmInstanceProposal", "POST",
            "/v1/{name=projects/*/locations/*/singleTenantHsmInstances/*/proposals/*}:approve", OwnHsm),
        Of("HsmManagement", "ExecuteSingleTenantHsmInstanceProposal", "POST",
            "/v1/{name=projects/*/locations/*/singleTenantHsmInstances/*/proposals/*}:execute", OwnHsm),
        Of("HsmManagement", "GetSingleTenantHsmInstanceProposal", "GET",
            "/v1/{name=projects/*/locations/*/singleTenantHsmInstances/*/proposals/*}", OwnHsm),
        Of("HsmManagement", "ListSingleTenantHsmInstanceProposals", "GET",
            "/v1/{parent=projects/*/locations/*/singleTenantHsmInstances/*}/proposals", OwnHsm),
        Of("HsmManagement", "DeleteSingleTenantHsmInstanceProposal", "DELETE",
            "/v1/{name=projects/*/locations/*/singleTenantHsmInstances/*/proposals/*}", OwnHsm),
        .. from resource in (string[])["ekmConfig", "ekmConnections/*"]
           from call in (string[])["GET Get", "POST Get", "POST Set"]
           select new UnofferedMethod("google.iam.v1.IAMPolicy", call.Split(' ')[1] + "IamPolicy", call.Split(' ')[0],
               $"/v1/{{resource=projects/*/locations/*/{resource}}}:{call.Split(' ')[1].ToLowerInvariant()}IamPolicy",
               ExternalKeys),
        .. from resource in (string[])["ekmConfig", "ekmConnections/*"]
           select new UnofferedMethod("google.iam.v1.IAMPolicy", "TestIamPermissions", "POST",
               $"/v1/{{resource=projects/*/locations/*/{resource}}}:testIamPermissions", ExternalKeys),
    ];

    /// <summary>Methods of KeyManagementService itself that are refused; their handlers say so.</summary>
    public static readonly ImmutableArray<string> TrustedWrappingMethods =
    [
        nameof(KeyManagement.ImportTrustedKeyWrappedCryptoKeyVersion),
        nameof(KeyManagement.ExportTrustedKeyWrappedCryptoKeyVersion),
    ];

    /// <summary>IAM policies of what this server does not have.</summary>
    public static bool IsOfExternalKeys(string resource) =>
        resource.Contains("/ekmConfig", StringComparison.Ordinal)
        || resource.Contains("/ekmConnections/", StringComparison.Ordinal);

    private static UnofferedMethod Of(string service, string name, string verb, string path, string instead) =>
        new("google.cloud.kms.v1." + service, name, verb, path, instead);
}
