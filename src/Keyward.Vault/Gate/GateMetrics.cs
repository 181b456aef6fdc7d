using System.Diagnostics;
using System.Diagnostics.Metrics;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Metrics;
using Keyward.Vault.Quotas;

namespace Keyward.Vault.Gate;

/// <summary>The gate's meters. Labels come from closed sets; nothing from a request becomes one.</summary>
internal sealed class GateMetrics : IDisposable
{
    public const string MeterName = "Keyward";

    private static readonly string[] VerificationResults = ["valid", "invalid", "error"];

    /// <summary>The objective for uses of software keys.</summary>
    private static readonly TimeSpan FastSoftware = TimeSpan.FromMilliseconds(50);

    /// <summary>The objective for keys in a token.</summary>
    private static readonly TimeSpan FastToken = TimeSpan.FromMilliseconds(250);

    private static readonly string[] ExportResults = ["allowed", "denied"];

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _durations;
    private readonly Counter<long> _denials;
    private readonly Counter<long> _cut;
    private readonly Counter<long> _throttled;
    private readonly Counter<long> _verifications;
    private readonly Counter<long> _rotations;
    private readonly Counter<long> _pendingUses;
    private readonly Counter<long> _exports;
    private readonly Counter<long> _projectRequests;
    private readonly Counter<long> _projectUses;
    private long _written;
    private long _systemWritten;
    private long _failed;

    public GateMetrics()
    {
        _requests = _meter.CreateCounter<long>("keyward_requests",
            description: "Requests by door, operation and outcome.");
        _durations = _meter.CreateHistogram("keyward_request_duration_seconds", unit: null,
            description: "From arrival to the durable record.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBounds.Seconds });
        _denials = _meter.CreateCounter<long>("keyward_denials",
            description: "Refusals for want of a credential or a right.");
        _cut = _meter.CreateCounter<long>("keyward_cut_requests",
            description: "Requests refused before a caller was known and recorded in a summary only.");
        _throttled = _meter.CreateCounter<long>("keyward_quota_throttled",
            description: "Requests refused since a quota was used up.");
        _verifications = _meter.CreateCounter<long>("keyward_verifications",
            description: "Signatures and MACs that were checked here, by what came out.");
        _rotations = _meter.CreateCounter<long>("keyward_rotations",
            description: "Rotations that were tried, by what caused them and how they ended.");
        _pendingUses = _meter.CreateCounter<long>("keyward_pending_destroy_uses",
            description: "Uses of a key or version that waits for its destruction: somebody still needs it.");
        _exports = _meter.CreateCounter<long>("keyward_export_attempts",
            description: "Attempts to take key material out, sealed or not, and whether they were let.");
        _projectRequests = _meter.CreateCounter<long>("keyward_project_requests",
            description: "Requests by outcome, of projects that have objectives of their own.");
        _projectUses = _meter.CreateCounter<long>("keyward_project_uses",
            description: "Encryptions and decryptions of such projects, and whether they were as fast as promised.");
        // What every request raises is counted by hand and read when asked for: cheaper than an instrument.
        _meter.CreateObservableCounter("keyward_operations", () => Volatile.Read(ref _written),
            description: "Requests that were recorded.");
        _meter.CreateObservableCounter("keyward_audit_records", Records,
            description: "Audit records written and failed.");
    }

    /// <summary>Whether a project has objectives of its own: its name may stand in a label.</summary>
    public Func<string, bool>? Observes { get; init; }

    /// <summary>Where the time of requests goes.</summary>
    public PartMetrics Parts { get; } = new();

    public void Count(RecordDraft draft, Refusal? refusal, TimeSpan duration)
    {
        var door = new KeyValuePair<string, object?>("door", draft.Arrival.Door.Label());
        var operation = new KeyValuePair<string, object?>("operation", draft.Verb.Name);
        var outcome = refusal is null ? Outcomes.Ok : Outcomes.LabelOf(refusal.Reason);
        _requests.Add(1, door, operation, new("outcome", outcome));
        _durations.Record(duration.TotalSeconds, door, operation,
            new("protection_level", draft.Version?.ProtectionLevel.Label() ?? "none"));
        if (refusal is not null) CountRefusal(draft, refusal, door, operation);
        CountResult(draft, refusal, operation);
        if (draft.Project is { } project && Observes?.Invoke(project) == true)
            CountProject(draft, new("project", project), outcome, duration);
        if (draft.Verb.IsExport && (refusal is null || refusal.Reason == RefusalReason.PermissionDenied))
            _exports.Add(1, door, new("result", refusal is null ? ExportResults[0] : ExportResults[1]));
        if (refusal?.Reason is RefusalReason.AuditUnwritable) return;
        if (draft.Arrival.Door == Door.System) Interlocked.Increment(ref _systemWritten);
        else Interlocked.Increment(ref _written);
    }

    /// <summary>Makes the series at 0 whose very first increase matters: a rate over a series that begins at 1 misses
    /// it. To be called once somebody listens.</summary>
    public void Prime()
    {
        foreach (var door in Enum.GetValues<Door>().Where(d => d is not (Door.Unspecified or Door.System)))
        {
            var label = new KeyValuePair<string, object?>("door", door.Label());
            foreach (var reason in DenialReasons.All)
                _denials.Add(0, label, new("operation", Verb.Other.Name), new("reason", reason));
            foreach (var result in ExportResults) _exports.Add(0, label, new("result", result));
            foreach (var metric in QuotaMetrics.All) _throttled.Add(0, label, new("scope", metric.Name()));
        }

        foreach (var result in VerificationResults) _verifications.Add(0, new("operation", "verify"),
            new KeyValuePair<string, object?>("result", result));
    }

    /// <summary>Whether a meter is one of these.</summary>
    public bool Owns(Meter meter) => meter == _meter || Parts.Owns(meter);

    public void Cut(Door door, RefusalReason reason) =>
        _cut.Add(1, new("door", door.Label()), new KeyValuePair<string, object?>("reason", Outcomes.LabelOf(reason)));

    public void RecordFailed() => Interlocked.Increment(ref _failed);

    public void Dispose()
    {
        Parts.Dispose();
        _meter.Dispose();
    }

    private void CountRefusal(RecordDraft draft, Refusal refusal, in KeyValuePair<string, object?> door,
        in KeyValuePair<string, object?> operation)
    {
        if (DenialReasons.LabelOf(refusal.Reason, draft) is { } reason)
            _denials.Add(1, door, operation, new("reason", reason));
        if (refusal.Quota is { } quota) _throttled.Add(1, door, new("scope", quota.Metric.Name()));
        if (refusal.Reason is RefusalReason.KeyPendingDeletion || (refusal.Reason is RefusalReason.VersionNotEnabled
            && draft.Version?.State == Keys.VersionState.DestroyScheduled)) _pendingUses.Add(1, door, operation);
    }

    private void CountResult(
        RecordDraft draft, Refusal? refusal, in KeyValuePair<string, object?> operation)
    {
        if (draft.Verb.Name is "verify" or "mac_verify")
            _verifications.Add(1, operation, new("result", refusal is not null ? VerificationResults[2]
                : draft.Parameters?.Contains(("holds", "true")) == true ? VerificationResults[0]
                : VerificationResults[1]));
        if (draft.Verb.Name is "rotate_key" or "set_primary_version")
            _rotations.Add(1, new("trigger", draft.Arrival.Door == Door.System ? "schedule" : "demand"),
                new KeyValuePair<string, object?>("result", refusal is null ? "done" : "failed"));
    }

    private void CountProject(RecordDraft draft, in KeyValuePair<string, object?> project, string outcome,
        TimeSpan duration)
    {
        _projectRequests.Add(1, project, new("outcome", outcome));
        if (draft.Verb.Name is not ("encrypt" or "decrypt") || draft.Version is not { } version) return;
        var limit = version.ProtectionLevel == ProtectionLevel.Software ? FastSoftware : FastToken;
        _projectUses.Add(1, project, new("speed", duration <= limit ? "fast" : "slow"));
    }

    private IEnumerable<Measurement<long>> Records()
    {
        yield return new(Volatile.Read(ref _written), new("kind", "operation"), new("result", "written"));
        yield return new(Volatile.Read(ref _systemWritten), new("kind", "system"), new("result", "written"));
        yield return new(Volatile.Read(ref _failed), new("kind", "operation"), new("result", "failed"));
    }
}
