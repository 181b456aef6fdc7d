using System.Globalization;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Quotas;

/// <summary>Sets a limit of a project or a key; null for the default again. It counts from the next request on, on
/// every node.</summary>
public sealed record SetQuota(QuotaPlace Place, QuotaMetric Metric, long? Value) : IOperation<QuotaView>
{
    Verb IOperation<QuotaView>.Verb { get; } = new("set_quota", OperationClass.AdminWrite);

    Demand IOperation<QuotaView>.Demand => Place.Demand(Permission.QuotasSet);

    void IOperation<QuotaView>.Describe(RecordDraft draft)
    {
        draft.Resource = Place.FullName;
        draft.Project = Place.Project.Value;
        draft.Parameter("metric", Metric.Name());
    }

    async ValueTask<Outcome<QuotaView>> IOperation<QuotaView>.RunAsync(Passage passage)
    {
        if (Value is < 0) return new Refusal(RefusalReason.InvalidArgument, "A limit is a number from 0 on.");
        if (Metric == QuotaMetric.Unspecified || !Place.Has(Metric))
            return new Refusal(RefusalReason.InvalidArgument, "There is no such limit here.", Place.FullName);
        var changed = await passage.ChangeAsync(((IOperation<QuotaView>)this).Demand, Change).ConfigureAwait(false);
        return changed.TryGet(out var snapshot, out var refusal)
            ? QuotaView.Of(snapshot, passage.Rates, Place, Metric) : refusal;
    }

    private Outcome<Snapshot> Change(ChangeDraft draft)
    {
        if (draft.Snapshot.Find(Place.Project) is null
            || (Place.Key is { } key && draft.Snapshot.Find(key) is null))
            return new Refusal(RefusalReason.NotFound, $"{Place.FullName} not found.", Place.FullName);
        var old = draft.Snapshot.Quotas.Find(Place.FullName, Metric);
        draft.Put(new QuotaLimit(Place.FullName, Metric, Value));
        draft.Record.Changed("limit", Text(old?.Value), Text(Value));
        return draft.Snapshot;
    }

    private static string? Text(long? value) => value?.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A limit as it counts: null for none. Of rates <paramref name="Share"/> is this node's last minute, of
/// counts what there is.</summary>
public sealed record QuotaView(QuotaMetric Metric, long? Limit, bool IsSet, double? Share)
{
    internal static QuotaView Of(Snapshot snapshot, RateMeter rates, QuotaPlace place, QuotaMetric metric)
    {
        var set = snapshot.Quotas.Find(place.FullName, metric)?.Value;
        var limit = metric == QuotaMetric.VersionsOfAKey && place.Key is { } name
            ? Counts.LimitOfVersions(snapshot, name) : snapshot.Quotas.ValueOf(place.FullName, metric);
        if (metric.IsRate())
            return new QuotaView(metric, limit, set is not null,
                rates.ShareOf(snapshot.Quotas, place.FullName, metric));
        var count = place.Key is { } key ? snapshot.Find(key)?.Key.NextVersion - 1
            : Counts.CountOf(snapshot, place.Project, metric);
        return new QuotaView(metric, limit, set is not null, Counts.Share(count, limit));
    }
}
