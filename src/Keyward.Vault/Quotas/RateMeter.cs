using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Quotas;

/// <summary>Counts requests and bytes against the rates that were set, in memory. Of several nodes each has a part of
/// every rate. Where none is set nothing is counted and nothing allocated. Safe for concurrent use.</summary>
internal sealed class RateMeter(TimeProvider time)
{
    /// <summary>They go to the store once a second, so they are few; of the rest each node has an equal part.</summary>
    private const int MaximumDemands = 200;

    private const double LeastDemand = 0.01;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Resource, QuotaMetric Metric), RateBucket> _buckets = [];
    private long _advanced = time.GetTimestamp();
    private RateShares _shares = RateShares.Whole;

    /// <summary>Takes what a request costs from every bucket that it falls under, or from none and refuses. The
    /// server's own jobs cost nothing, nor does the setting of limits: who set one to zero can take it back.</summary>
    public Refusal? Take(Snapshot snapshot, Caller caller, in Demand demand, RecordDraft draft)
    {
        if (!snapshot.Quotas.HasRates) return null;
        if (demand.Project is not { } project || caller.Type == Caller.SystemType
            || demand.Permission is Permission.QuotasGet or Permission.QuotasSet) return null;
        return Take(snapshot, caller.Member, project, demand.Key, draft.InputSizeBytes);
    }

    private Refusal? Take(Snapshot snapshot, string caller, ProjectId project, KeyName? keyName, long bytes)
    {
        lock (_lock)
        {
            Advance(snapshot.Quotas);
            List<(RateBucket Bucket, double Cost)> due = [];
            QuotaShortfall? worst = null;
            void Fall(string resource, QuotaMetric metric, double cost)
            {
                if (!_buckets.TryGetValue((resource, metric), out var bucket)) return;
                due.Add((bucket, cost));
                bucket.Ask(cost);
                if (bucket.WaitOf(caller, cost) is { } wait && (worst is null || wait > worst.RetryAfter))
                    worst = new QuotaShortfall(resource, metric,
                        snapshot.Quotas.ValueOf(resource, metric) ?? 0, wait);
            }

            Fall(project.FullName, QuotaMetric.Requests, 1);
            if (bytes > 0) Fall(project.FullName, QuotaMetric.Bytes, bytes);
            if (keyName is { } name)
            {
                var key = name.ToString();
                Fall(key, QuotaMetric.Requests, 1);
                if (bytes > 0) Fall(key, QuotaMetric.Bytes, bytes);
                if (snapshot.Find(name) is { } entry)
                    Fall(project.FullName, MetricOf(entry.Key.ProtectionLevel), 1);
            }

            if (worst is not null) return RefusalOf(worst);
            foreach (var (bucket, cost) in due) bucket.Take(caller, cost);
            return null;
        }
    }

    /// <summary>The part that is spent of a rate; null where it is not limited.</summary>
    public double? ShareOf(QuotaTable quotas, string resource, QuotaMetric metric)
    {
        lock (_lock)
        {
            Advance(quotas);
            return _buckets.TryGetValue((resource, metric), out var bucket) ? bucket.Share : null;
        }
    }

    /// <summary>What was asked here of late, for the other nodes: the greatest demands, one line each.</summary>
    public string Demands()
    {
        lock (_lock)
            return _buckets.Count == 0 ? "" : RateShares.Text(_buckets.Where(b => b.Value.Demand >= LeastDemand)
                .OrderByDescending(b => b.Value.Demand).Take(MaximumDemands)
                .Select(b => (b.Key.Resource, b.Key.Metric, b.Value.Demand)));
    }

    /// <summary>From now on this node's buckets are parts of their limits.</summary>
    public void Share(RateShares shares)
    {
        lock (_lock) _shares = shares;
    }

    private void Advance(QuotaTable quotas)
    {
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(_advanced, now).TotalSeconds;
        _advanced = now;
        foreach (var (at, bucket) in _buckets)
            if (quotas.ValueOf(at.Resource, at.Metric) is { } limit)
                bucket.Advance(seconds, limit, _shares.Of(at.Resource, at.Metric));
            else _buckets.Remove(at);
        foreach (var set in quotas.Rates)
            if (!_buckets.ContainsKey((set.Resource, set.Metric)))
                _buckets.Add((set.Resource, set.Metric),
                    new RateBucket(set.Value!.Value, _shares.Of(set.Resource, set.Metric)));
    }

    private static QuotaMetric MetricOf(Algorithms.ProtectionLevel level) =>
        level == Algorithms.ProtectionLevel.Software ? QuotaMetric.SoftwareRequests : QuotaMetric.HsmRequests;

    private static Refusal RefusalOf(QuotaShortfall shortfall) => new(RefusalReason.RateExceeded,
        $"Quota exceeded for {shortfall.Metric.Name()} of {shortfall.Resource}: {shortfall.Limit} a minute. Try " +
        "again later, or have the limit raised: keyward quota set.", shortfall.Resource)
    {
        Quota = shortfall,
    };
}
