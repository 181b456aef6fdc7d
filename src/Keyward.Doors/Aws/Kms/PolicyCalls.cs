using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Policies.Documents;

namespace Keyward.Doors.Aws.Kms;

/// <summary>GetKeyPolicy, PutKeyPolicy, ListKeyPolicies.</summary>
internal static class PolicyCalls
{
    private static readonly Member Name = Member.Text("PolicyName", 1, 128).Like(ModelPattern.PolicyName);

    public static readonly Member Document = Member.Text("Policy", 1, 131_072).Like(ModelPattern.Policy);

    public static readonly Member Bypass = Member.Boolean("BypassPolicyLockoutSafetyCheck");

    public static readonly Operation[] All =
    [
        new("GetKeyPolicy", new Shape(Member.Key().Required(), Name), Get),
        new("PutKeyPolicy", new Shape(Member.Key().Required(), Name, Document.Required(), Bypass), Put),
        new("ListKeyPolicies", new Shape(Member.Key().Required(), Member.Limit, Member.Marker), List),
    ];

    private static Fault? JudgeName(Call call) => call.Input.Text("PolicyName") is null or ListKeyPolicies.OnlyName
        ? null
        : Fault.NotFound("No such policy exists");

    private static ValueTask<Answer> Get(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is not { } key) return new(answer!);
        return JudgeName(call) is { } fault
            ? new(Answer.Of(fault))
            : call.PassAsync(new GetKeyPolicy(key.Name), (json, policy) =>
            {
                json.WriteString("Policy", policy.Document);
                json.WriteString("PolicyName", ListKeyPolicies.OnlyName);
            });
    }

    private static ValueTask<Answer> Put(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is not { } key) return new(answer!);
        var document = call.Input.Text("Policy")!;
        return JudgeName(call) is { } fault
            ? new(Answer.Of(fault))
            : call.PassAsync(
                new PutKeyPolicy(key.Name, document, call.Input.Flag(Bypass.Name)), write: null);
    }

    private static ValueTask<Answer> List(Call call) =>
        call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is { } key
            ? call.PassAsync(new ListKeyPolicies(key.Name), (json, names) =>
            {
                json.WriteStartArray("PolicyNames");
                foreach (var name in names) json.WriteStringValue(name);
                json.WriteEndArray();
                json.WriteBoolean("Truncated", false);
            })
            : new(answer!);
}
