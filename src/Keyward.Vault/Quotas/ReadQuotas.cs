using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Quotas;

/// <summary>All limits of a project or a key, those by default included, and how much of each is used.</summary>
public sealed record ReadQuotas(QuotaPlace Place) : IOperation<IReadOnlyList<QuotaView>>
{
    Verb IOperation<IReadOnlyList<QuotaView>>.Verb { get; } = new("get_quotas", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<QuotaView>>.Demand => Place.Demand(Permission.QuotasGet);

    void IOperation<IReadOnlyList<QuotaView>>.Describe(RecordDraft draft)
    {
        draft.Resource = Place.FullName;
        draft.Project = Place.Project.Value;
    }

    ValueTask<Outcome<IReadOnlyList<QuotaView>>> IOperation<IReadOnlyList<QuotaView>>.RunAsync(Passage passage)
    {
        var isThere = Place.Key is { } key
            ? passage.Snapshot.Find(key) is not null : passage.Snapshot.Find(Place.Project) is not null;
        if (!isThere)
            return new(new Refusal(RefusalReason.NotFound, $"{Place.FullName} not found.", Place.FullName));
        return new(QuotaMetrics.All.Where(Place.Has)
            .Select(m => QuotaView.Of(passage.Snapshot, passage.Rates, Place, m)).ToArray());
    }
}
