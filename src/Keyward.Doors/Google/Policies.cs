using Google.Cloud.Iam.V1;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Policy = Google.Cloud.Iam.V1.Policy;

namespace Keyward.Doors.Google;

/// <summary>google.iam.v1.IAMPolicy on projects, key rings and keys.</summary>
internal sealed class Policies(Gate gate) : IAMPolicy.IAMPolicyBase
{
    public override Task<Policy> GetIamPolicy(GetIamPolicyRequest request, ServerCallContext context)
    {
        Outcome<IOperation<PolicyView>> operation =
            Judge(request).TryGet(out var target, out var refusal) ? new GetPolicy(target) : refusal;
        return gate.PassAsync(context, operation,
            view => PolicyMessages.Show(view, request.Options?.RequestedPolicyVersion ?? 0));
    }

    public override Task<Policy> SetIamPolicy(SetIamPolicyRequest request, ServerCallContext context) =>
        gate.PassAsync(context, Set(request), view => PolicyMessages.Show(view, request.Policy.Version));

    public override Task<TestIamPermissionsResponse> TestIamPermissions(
        TestIamPermissionsRequest request, ServerCallContext context)
    {
        Outcome<IOperation<IReadOnlyList<string>>> operation =
            TargetOf(request.Resource).TryGet(out var target, out var refusal)
                ? new TestPermissions(target, [.. request.Permissions])
                : refusal;
        return gate.PassAsync(
            context, operation, held => new TestIamPermissionsResponse { Permissions = { held } });
    }

    private static Outcome<PolicyTarget> Judge(GetIamPolicyRequest request) =>
        request.Options?.RequestedPolicyVersion is null or 0 or 1 or 3
            ? TargetOf(request.Resource)
            : Bad("options.requested_policy_version must be 0, 1 or 3.");

    private static Outcome<IOperation<PolicyView>> Set(SetIamPolicyRequest request)
    {
        if (!TargetOf(request.Resource).TryGet(out var target, out var refusal)) return refusal;
        if (request.Policy is not { } policy) return Bad("policy is required.");
        if (policy.Version is not (0 or 1 or 3)) return Bad("policy.version must be 0, 1 or 3.");
        // The default mask of google.iam.v1.SetIamPolicyRequest: audit configurations stay unless they are named.
        var mask = new HashSet<string> { "bindings", "etag" };
        if (request.UpdateMask is { Paths.Count: > 0 } && !FieldMasks.Parse(request.UpdateMask, Policy.Descriptor,
            "bindings", "etag", "audit_configs", "version").TryGet(out mask, out refusal)) return refusal;
        if (policy.Bindings.Any(b => b.Condition is { } c && c.Expression.Length == 0))
            return Bad("A condition needs an expression.");
        return new SetPolicy(target, mask.Contains("bindings") ? PolicyMessages.Bindings(policy) : null,
            policy.Etag.IsEmpty ? null : policy.Etag.ToByteArray())
        {
            KnowsConditions = policy.Version == 3,
            AuditConfigs = mask.Contains("audit_configs") ? PolicyMessages.AuditConfigs(policy) : null,
        };
    }

    private static Outcome<PolicyTarget> TargetOf(string resource) => Unoffered.IsOfExternalKeys(resource)
        ? NotOffered.Method("A policy of external keys", Unoffered.ExternalKeys)
        : ResourceNames.Target(resource);

    private static Refusal Bad(string sentence) => new(RefusalReason.InvalidArgument, sentence);
}
