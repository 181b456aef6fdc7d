using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Development;

/// <summary>Adds a rule behind those that there are; it counts from the next request on.</summary>
public sealed record AddFault(FaultRule Rule) : IOperation<FaultStatus>
{
    private static readonly Refusal Full = new(RefusalReason.QuotaExceeded,
        $"There are {FaultBook.MaximumRules} rules for faults, which is as many as there can be. Remove one first.");

    Verb IOperation<FaultStatus>.Verb { get; } = new("add_fault", OperationClass.AdminWrite);

    Demand IOperation<FaultStatus>.Demand => Demand.OnDeployment(Permission.DevControl);

    void IOperation<FaultStatus>.Describe(RecordDraft draft)
    {
        draft.Resource = "faults/" + Rule.Id;
        draft.Parameter("fault", Rule.Kind.Name());
    }

    ValueTask<Outcome<FaultStatus>> IOperation<FaultStatus>.RunAsync(Passage passage)
    {
        if (passage.Dev is not { } dev) return new(DevRefusals.NoDevMode);
        if (Rule.Judge() is { } wrong) return new(new Refusal(RefusalReason.InvalidArgument, wrong));
        if (dev.Faults.TryAdd(Rule, out var isFull)) return new(new FaultStatus(Rule, 0, 0));
        return new(isFull ? Full : new Refusal(
            RefusalReason.AlreadyExists, $"There is a rule {Rule.Id} already.", "faults/" + Rule.Id));
    }
}

public sealed record RemoveFault(string Id) : IOperation<FaultStatus>
{
    Verb IOperation<FaultStatus>.Verb { get; } = new("remove_fault", OperationClass.AdminWrite);

    Demand IOperation<FaultStatus>.Demand => Demand.OnDeployment(Permission.DevControl);

    void IOperation<FaultStatus>.Describe(RecordDraft draft) => draft.Resource = "faults/" + Id;

    ValueTask<Outcome<FaultStatus>> IOperation<FaultStatus>.RunAsync(Passage passage) => new(
        passage.Dev is not { } dev ? DevRefusals.NoDevMode
        : dev.Faults.Remove(Id) is { } removed ? removed
        : new Refusal(RefusalReason.NotFound, $"There is no rule {Id}.", "faults/" + Id));
}

public sealed record ListFaults : IOperation<IReadOnlyList<FaultStatus>>
{
    Verb IOperation<IReadOnlyList<FaultStatus>>.Verb { get; } = new("list_faults", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<FaultStatus>>.Demand => Demand.OnDeployment(Permission.DevControl);

    void IOperation<IReadOnlyList<FaultStatus>>.Describe(RecordDraft draft) => draft.Resource = "faults";

    ValueTask<Outcome<IReadOnlyList<FaultStatus>>> IOperation<IReadOnlyList<FaultStatus>>.RunAsync(
        Passage passage) => new(
        passage.Dev is { } dev ? Outcome.Of(dev.Faults.All) : DevRefusals.NoDevMode);
}
