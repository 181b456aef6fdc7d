using Keyward.Vault.Audit;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Policies.Questions;

/// <summary>Whether a principal may do something, and by which rules: about oneself anybody may ask, about others who
/// may read the resource's policy.</summary>
/// <param name="Principal">A member; empty for the caller.</param>
public sealed record ExplainAccess(string Principal, string PermissionName, AskedResource Resource)
    : IOperation<Explanation>
{
    /// <summary>The time to judge by; null for now.</summary>
    public DateTimeOffset? At { get; init; }

    Verb IOperation<Explanation>.Verb { get; } = new("explain_access", OperationClass.AdminRead);

    Demand IOperation<Explanation>.Demand => Demand.None(Resource.FullName);

    void IOperation<Explanation>.Describe(RecordDraft draft)
    {
        draft.Resource = Resource.FullName;
        draft.Parameter("asked", PermissionName);
        if (Principal.Length > 0) draft.Parameter("principal", Principal);
    }

    ValueTask<Outcome<Explanation>> IOperation<Explanation>.RunAsync(Passage passage) => new(Run(passage));

    private Outcome<Explanation> Run(Passage passage)
    {
        if (!AskedPermission.TryParse(PermissionName, out var permission)) return AskedPermission.Unknown;
        var principal = AskedPrincipal.NameOf(passage.Snapshot, Principal);
        var isSelf = principal.Length == 0 || principal == passage.Caller.Member;
        if (!isSelf && !Members.IsValid(principal)) return PolicyRules.Invalid("The principal is not a member's name.");
        if (!isSelf && passage.Judge(Resource.Target.ToRead) is { } refusal) return refusal;
        var caller = isSelf ? passage.Caller : AskedPrincipal.Of(passage.Snapshot, principal);
        var circumstances = new Circumstances(At ?? passage.Now, isSelf ? passage.Record.Arrival : null);
        var explanation = Explanation.Of(passage.Snapshot, caller, Resource.For(permission), circumstances);
        // What policies say beyond the answer is for those who may read them.
        return passage.May(Resource.Target.ToRead) ? explanation : explanation with { Findings = [], Decisive = null };
    }
}
