using System.Diagnostics;
using System.Diagnostics.Metrics;
using Keyward.Vault.Audit;

namespace Keyward.Vault.Gate;

/// <summary>The gate's meters. Labels come from closed sets; nothing from a request becomes one.</summary>
internal sealed class GateMetrics : IDisposable
{
    public const string MeterName = "Keyward";

    /// <summary>Seconds. The objectives' thresholds (50 ms, 250 ms) are bounds themselves, or a share under them would
    /// be a guess.</summary>
    private static readonly double[] Bounds =
        [0.0005, 0.001, 0.002, 0.003, 0.005, 0.008, 0.012, 0.02, 0.035, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _durations;
    private readonly Counter<long> _denials;
    private readonly Counter<long> _cut;
    private readonly Counter<long> _throttled;
    private long _written;
    private long _systemWritten;
    private long _failed;

    public GateMetrics()
    {
        _requests = _meter.CreateCounter<long>("keyward_requests",
            description: "Requests by door, operation and outcome.");
        _durations = _meter.CreateHistogram("keyward_request_duration_seconds", unit: null,
            description: "From arrival to the durable record.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Bounds });
        _denials = _meter.CreateCounter<long>("keyward_denials",
            description: "Refusals for want of a credential or a right.");
        _cut = _meter.CreateCounter<long>("keyward_cut_requests",
            description: "Requests refused before a caller was known and recorded in a summary only.");
        _throttled = _meter.CreateCounter<long>("keyward_quota_throttled",
            description: "Requests refused since a quota was used up.");
        // What every request raises is counted by hand and read when asked for: cheaper than an instrument.
        _meter.CreateObservableCounter("keyward_operations", () => Volatile.Read(ref _written),
            description: "Requests that were recorded.");
        _meter.CreateObservableCounter("keyward_audit_records", Records,
            description: "Audit records written and failed.");
    }

    public void Count(RecordDraft draft, Refusal? refusal, TimeSpan duration)
    {
        var door = new KeyValuePair<string, object?>("door", draft.Arrival.Door.Label());
        var operation = new KeyValuePair<string, object?>("operation", draft.Verb.Name);
        var outcome = refusal is null ? Outcomes.Ok : Outcomes.LabelOf(refusal.Reason);
        _requests.Add(1, door, operation, new("outcome", outcome));
        _durations.Record(duration.TotalSeconds, door, operation,
            new("protection_level", draft.Version is null ? "none" : "software"));
        if (refusal?.Reason is RefusalReason.Unauthenticated or RefusalReason.PermissionDenied)
            _denials.Add(1, door, operation, new("reason", refusal.Reason == RefusalReason.PermissionDenied
                ? "policy" : "no_credentials"));
        if (refusal?.Quota is { } quota)
            _throttled.Add(1, door, new("scope", Quotas.QuotaMetrics.Name(quota.Metric)));
        if (refusal?.Reason is RefusalReason.AuditUnwritable) return;
        if (draft.Arrival.Door == Door.System) Interlocked.Increment(ref _systemWritten);
        else Interlocked.Increment(ref _written);
    }

    public void Cut(Door door, RefusalReason reason) =>
        _cut.Add(1, new("door", door.Label()), new KeyValuePair<string, object?>("reason", Outcomes.LabelOf(reason)));

    public void RecordFailed() => Interlocked.Increment(ref _failed);

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> Records()
    {
        yield return new(Volatile.Read(ref _written), new("kind", "operation"), new("result", "written"));
        yield return new(Volatile.Read(ref _systemWritten), new("kind", "system"), new("result", "written"));
        yield return new(Volatile.Read(ref _failed), new("kind", "operation"), new("result", "failed"));
    }
}
