using Keyward.Vault.Audit;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Policies;

public sealed record GetPolicy(PolicyTarget Target) : IOperation<PolicyView>
{
    Verb IOperation<PolicyView>.Verb { get; } = new("get_policy", OperationClass.AdminRead);

    Demand IOperation<PolicyView>.Demand => Target.ToRead;

    void IOperation<PolicyView>.Describe(RecordDraft draft) => draft.Resource = Target.FullName;

    ValueTask<Outcome<PolicyView>> IOperation<PolicyView>.RunAsync(Passage passage) => new(
        Target.Find(passage.Snapshot) is { } state
            ? PolicyView.Of(state)
            : new Refusal(RefusalReason.NotFound, $"{Target.FullName} not found.", Target.FullName));
}
