using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Names;
using Keyward.Vault.Policies.Documents;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.PolicyDocuments.</summary>
internal sealed class DocumentsDoor(Gate gate) : PolicyDocuments.PolicyDocumentsBase
{
    private static readonly Refusal BadKey = new(RefusalReason.InvalidArgument,
        "A key is named projects/P/locations/L/keyRings/R/cryptoKeys/K.");

    public override Task<KeyPolicy> GetKeyPolicy(GetKeyPolicyRequest request, ServerCallContext context)
    {
        Outcome<IOperation<KeyPolicyText>> operation =
            KeyName.TryParse(request.Key, out var key) ? new GetKeyPolicy(key) : BadKey;
        return gate.PassAsync(context, operation, text => Show(request.Key, text));
    }

    public override Task<KeyPolicy> SetKeyPolicy(SetKeyPolicyRequest request, ServerCallContext context)
    {
        Outcome<IOperation<KeyPolicyText>> operation = KeyName.TryParse(request.Key, out var key)
            ? new PutKeyPolicy(key, request.Document, request.BypassLockoutCheck)
            : BadKey;
        return gate.PassAsync(context, operation, text => Show(request.Key, text));
    }

    public override Task<ListIdentityPoliciesResponse> ListIdentityPolicies(
        ListIdentityPoliciesRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new ListIdentityPolicies(request.Email), Show);

    public override Task<IdentityPolicy> GetIdentityPolicy(
        GetIdentityPolicyRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new GetIdentityPolicy(request.Email, request.Name),
            text => Show(request.Email, request.Name, text));

    public override Task<IdentityPolicy> SetIdentityPolicy(
        SetIdentityPolicyRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new PutIdentityPolicy(request.Email, request.Name, request.Document),
            _ => Show(request.Email, request.Name, request.Document));

    public override Task<ListIdentityPoliciesResponse> DeleteIdentityPolicy(
        DeleteIdentityPolicyRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new PutIdentityPolicy(request.Email, request.Name, null), Show);

    private static KeyPolicy Show(string key, KeyPolicyText text) =>
        new() { Key = key, Document = text.Document, IsDefault = text.IsDefault };

    private static IdentityPolicy Show(string email, string name, string document) =>
        new() { Email = email, Name = name, Document = document };

    private static ListIdentityPoliciesResponse Show(IReadOnlyList<string> names) => new() { Names = { names } };
}
