using Google.Cloud.Iam.V1;
using Google.Protobuf;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Binding = Keyward.Vault.Policies.Binding;
using Policy = Google.Cloud.Iam.V1.Policy;

namespace Keyward.Doors.Google;

/// <summary>google.iam.v1.IAMPolicy on projects, key rings and keys.</summary>
internal sealed class Policies(Gate gate) : IAMPolicy.IAMPolicyBase
{
    public override Task<Policy> GetIamPolicy(GetIamPolicyRequest request, ServerCallContext context)
    {
        Outcome<IOperation<PolicyView>> operation =
            Judge(request).TryGet(out var target, out var refusal) ? new GetPolicy(target) : refusal;
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<Policy> SetIamPolicy(SetIamPolicyRequest request, ServerCallContext context) =>
        gate.PassAsync(context, Set(request), Show);

    public override Task<TestIamPermissionsResponse> TestIamPermissions(
        TestIamPermissionsRequest request, ServerCallContext context)
    {
        Outcome<IOperation<IReadOnlyList<string>>> operation =
            ResourceNames.Target(request.Resource).TryGet(out var target, out var refusal)
                ? new TestPermissions(target, [.. request.Permissions])
                : refusal;
        return gate.PassAsync(
            context, operation, held => new TestIamPermissionsResponse { Permissions = { held } });
    }

    private static Outcome<PolicyTarget> Judge(GetIamPolicyRequest request) =>
        request.Options?.RequestedPolicyVersion is null or 0 or 1 or 3
            ? ResourceNames.Target(request.Resource)
            : Bad("options.requested_policy_version must be 0, 1 or 3.");

    private static Outcome<IOperation<PolicyView>> Set(SetIamPolicyRequest request)
    {
        if (!ResourceNames.Target(request.Resource).TryGet(out var target, out var refusal)) return refusal;
        if (request.Policy is not { } policy) return Bad("policy is required.");
        if (policy.Version is not (0 or 1 or 3)) return Bad("policy.version must be 0, 1 or 3.");
        if (policy.Bindings.Any(b => b.Condition is not null))
            return policy.Version == 3
                ? NotOffered.Method("A condition in a policy")
                : Bad("A policy with a condition must have version 3.");
        var bindings = policy.Bindings.Select(b => new Binding(b.Role, [.. b.Members])).ToList();
        return new SetPolicy(target, bindings, policy.Etag.IsEmpty ? null : policy.Etag.ToByteArray());
    }

    private static Policy Show(PolicyView view)
    {
        var policy = new Policy { Version = 1, Etag = ByteString.CopyFrom(view.Etag) };
        foreach (var binding in view.Policy.Bindings)
            policy.Bindings.Add(new global::Google.Cloud.Iam.V1.Binding
            {
                Role = binding.Role, Members = { binding.Members },
            });
        return policy;
    }

    private static Refusal Bad(string sentence) => new(RefusalReason.InvalidArgument, sentence);
}
