using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;
using Keyward.Server.Settings;
using Keyward.Server.Tls;
using Keyward.Vault.Audit.Anomalies;
using Keyward.Vault.Automation;
using Keyward.Vault.Gate;
using Keyward.Vault.Metrics;
using Keyward.Vault.Names;
using Keyward.Vault.Quotas;

namespace Keyward.Server;

/// <summary>What is read when Prometheus asks: log, seal, keys, jobs, certificates. What is not known is absent, never
/// zero. docs/reference/metrics.md names all of it.</summary>
internal sealed class ServerMetrics : IDisposable
{
    public const string MeterName = "Keyward.Server";

    /// <summary>A walk over a million keys takes tens of milliseconds: scrapers share one.</summary>
    private static readonly TimeSpan CensusAge = TimeSpan.FromSeconds(5);

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _closed;
    private readonly VaultKeeper _keeper;
    private readonly LiveSettings _live;
    private readonly TimeProvider _time;
    private readonly BusyKeys _busy;
    private readonly Lock _lock = new();
    private (DateTimeOffset Time, KeyCensus Census)? _census;

    public ServerMetrics(VaultKeeper keeper, ServerSettings settings, LiveSettings live, TimeProvider time)
    {
        (_keeper, _live, _time, _busy) = (keeper, live, time, new BusyKeys(time));
        _closed = _meter.CreateCounter<long>("keyward_connections_closed",
            description: "Connections closed before their handshake, since their address or all had too many.");
        Node();
        Audit(settings);
        Anomalies();
        Keys();
        Upkeep();
    }

    /// <summary>The certificate that is served, once it is loaded.</summary>
    public ServedCertificate? Certificate { get; set; }

    public void ConnectionClosed() => _closed.Add(1);

    public void Dispose() => _meter.Dispose();

    private void Node()
    {
        var gate = _keeper.Gate;
        Gauge("keyward_build_info", "The program that runs; always 1.", () =>
            [new(1, new("version", Cli.ProgramVersion.Number), new("runtime", Environment.Version.ToString()))]);
        Gauge("keyward_sealed", "1 while the root key is missing.",
            () => [new(gate.Status.State == GateState.Sealed ? 1 : 0)]);
        Gauge("keyward_ready", "1 while the server should get traffic.", () => [new(gate.Status.IsReady ? 1 : 0)]);
        Gauge("keyward_leader", "1 at the node that runs the deployment's jobs.",
            () => [new(_keeper.Membership?.IsLeading ?? true ? 1 : 0)]);
        Gauge("keyward_altered_rows", "Stored rows that were altered outside Keyward and are refused.", () =>
            gate.Vault?.Snapshot.Altered is { } altered ? [new(altered.Count)] : []);
        _meter.CreateObservableGauge("keyward_quota_usage_ratio",
            () => QuotaGauges.Read(
                gate.Vault?.Snapshot, gate.Rates, Census(), _time.GetUtcNow()),
            description: "How near the nearest project, key or account is to a limit, by limit; 1 is reached.");
    }

    private void Audit(ServerSettings settings)
    {
        var log = _keeper.AuditLog;
        Gauge("keyward_audit_size_entries", "Records in this node's log.", () => [new(log.Size)]);
        _meter.CreateObservableCounter("keyward_audit_flushes", () => log.Flushes,
            description: "Flushes of this node's log; records a flush measure group commit.");
        Gauge("keyward_audit_writable", "1 while the log takes records.", () => [new(log.IsWritable ? 1 : 0)]);
        Gauge("keyward_audit_checkpoint_timestamp_seconds", "When the log's latest checkpoint was signed.", () =>
            log.Tree is { SignedAtSeconds: > 0 and var at } ? [new(at)] : []);
        Gauge("keyward_audit_unsigned_entries", "Durable records of this node's log that no checkpoint covers yet.",
            () => log.Tree is { } tree ? [new(Math.Max(0, log.Size - tree.Latest.Checkpoint.Size))] : []);
        Gauge("keyward_audit_free_bytes", "Free space where the log is written.", () =>
            [new(new DriveInfo(Path.Combine(settings.Data, "audit")).AvailableFreeSpace)]);
        Gauge("keyward_audit_index_lag_entries", "Records of this node's log that its index has not read yet.",
            () => log.Followed?.Follower is { } follower ? [new(follower.LagEntries)] : []);
        Gauge("keyward_audit_index_lag_seconds", "For how long the index has been behind the log.",
            () => log.Followed?.Follower is { } follower ? [new(follower.Lag.TotalSeconds)] : []);
        Gauge("keyward_audit_index_bytes", "Size of the index's files.",
            () => log.Followed?.Index is { } index ? [new(index.SizeBytes)] : []);
        Gauge("keyward_audit_reserve_bytes", "Free space below which no operation is served.",
            () => [new(settings.AuditReserveBytes)]);
    }

    private void Anomalies()
    {
        var log = _keeper.AuditLog;
        _meter.CreateObservableCounter("keyward_anomalies",
            () => (log.Followed?.Tally.Read() ?? []).Select(a => new Measurement<long>(
                a.Count, Tag("kind", a.Kind.Label()), Tag("severity", a.Severity.Label()))),
            description: "Findings in this node's log, by kind and severity.");
        Gauge("keyward_anomalies_open", "Findings that nobody has judged.", () =>
            log.Followed?.Anomalies.All.Where(a => a.IsOpen).ToLookup(a => a.Severity) is { } open
                ? AnomalyNames.Severities.Select(s => new Measurement<double>(
                    open[s].Count(), Tag("severity", s.Label())))
                : []);
    }

    private void Keys()
    {
        Gauge("keyward_keys", "Keys of this deployment.", () => Census() is not { } census ? [] :
            census.Keys.Select(k => new Measurement<double>(
                k.Count, new("state", k.State), new("protection_level", k.Level))));
        Gauge("keyward_key_versions", "Versions of this deployment's keys.", () => Census() is not { } census ? [] :
            census.Versions.Select(v => new Measurement<double>(
                v.Count, Tag("state", v.State))));
        Gauge("keyward_rotation_overdue_keys", "Keys whose rotation was due and has not come.",
            () => Census() is { } census ? [new(census.Overdue)] : []);
        Gauge("keyward_key_material_expiry_timestamp_seconds", "When imported material goes next.",
            () => Census()?.NextMaterialExpiry is { } expiry ? [Seconds(expiry)] : []);
        // A histogram of things that stand, not of events: OpenMetrics calls it a gauge histogram.
        Gauge("keyward_primary_version_age_seconds_bucket", "Primary versions by age.",
            () => Census() is not { } census ? [] : census.PrimaryAges.Select(a => new Measurement<double>(
                a.Count, Tag("le", a.Bound))));
        Gauge("keyward_primary_version_age_seconds_gcount", "Primary versions.",
            () => Census() is { } census ? [new(census.Primaries)] : []);
        Gauge("keyward_primary_version_age_seconds_gsum", "The ages of all primary versions together.",
            () => Census() is { } census ? [new(census.PrimaryAgeSumSeconds)] : []);
        _meter.CreateObservableCounter("keyward_key_operations", BusyKeyUses,
            description: "Uses of the busiest keys, by an id that tells nothing, and of all others together.");
        Gauge("keyward_key_info", "The names behind the ids, where the setting metrics.key_names allows it.",
            () => _live.Current.MetricsKeyNames ? BusyKeyNames() : []);
    }

    private void Upkeep()
    {
        Gauge("keyward_jobs_last_success_timestamp_seconds", "When each job last ended without an error.", () =>
            _keeper.Gate.Jobs.Statuses.Where(j => j.LastSuccessTime is not null).Select(j =>
                Seconds(j.LastSuccessTime!.Value, Tag("job", j.Name))));
        Gauge("keyward_jobs_interval_seconds", "The pause between two runs of each job.", () =>
            _keeper.Gate.Jobs.Statuses.Select(j => new Measurement<double>(
                j.Interval.TotalSeconds, Tag("job", j.Name))));
        Gauge("keyward_drift_keys", "Keys that stand otherwise than they should, by rule.", () =>
            (_keeper.Gate.Jobs.Drift?.Counts ?? new Dictionary<DriftRule, int>()).Select(c =>
                new Measurement<double>(c.Value, Tag("rule", c.Key.Label()))));
        Gauge("keyward_drift_scan_timestamp_seconds", "When keys were last looked at for drift.", () =>
            _keeper.Gate.Jobs.Drift is { } drift ? [Seconds(drift.Time)] : []);
        Gauge("keyward_certificate_expiry_timestamp_seconds", "When certificates end.", () =>
        {
            var found = new List<Measurement<double>>();
            if (Certificate is { } served) found.Add(Seconds(served.NotAfter, Tag("use", "server")));
            if (_keeper.Authority is { } authority)
                found.Add(Seconds(new DateTimeOffset(authority.NotAfter.ToUniversalTime()), Tag("use", "ca")));
            return found;
        });
    }

    private List<Measurement<long>> BusyKeyUses()
    {
        lock (_lock)
        {
            _busy.Look(_keeper.Gate.LastUses.Counts);
            return
            [
                new(_busy.Others, Tag("key", "other")),
                .. _busy.Shown.Select(k => new Measurement<long>(
                    k.Uses, Tag("key", IdOf(k.Key)))),
            ];
        }
    }

    private List<Measurement<double>> BusyKeyNames()
    {
        lock (_lock) return
        [
            .. _busy.Shown.Select(k => new Measurement<double>(1, new("key", IdOf(k.Key)),
                new("project", k.Key.Project.Value),
                new("location", k.Key.Parent.Parent.Location.Value), new("name", k.Key.ToString()))),
        ];
    }

    /// <summary>Says which key to who knows its id, and nothing to others. Replicas share an id, not a place.</summary>
    private string IdOf(KeyName name)
    {
        var id = _keeper.Gate.Vault?.Snapshot.Find(name)?.Key.Id ?? Guid.Empty;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(
            KeyIdText.Of(id) + " " + name.Parent.Parent.Location.Value));
        return Convert.ToHexStringLower(hash.AsSpan(0, 6));
    }

    private KeyCensus? Census()
    {
        if (_keeper.Gate.Vault is not { } vault) return null;
        var now = _time.GetUtcNow();
        lock (_lock)
        {
            if (_census is not { } known || now - known.Time >= CensusAge)
                _census = (now, KeyCensus.Of(vault.Snapshot, now));
            return _census.Value.Census;
        }
    }

    private void Gauge(string name, string description, Func<IEnumerable<Measurement<double>>> read) =>
        _meter.CreateObservableGauge(name, read, unit: null, description);

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static Measurement<double> Seconds(
        DateTimeOffset time, params ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        new(time.ToUnixTimeMilliseconds() / 1e3, tags);
}
