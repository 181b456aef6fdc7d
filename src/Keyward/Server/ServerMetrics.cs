using System.Diagnostics.Metrics;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;

namespace Keyward.Server;

/// <summary>What is read when Prometheus asks: the log's size and flushes, and whether the server is sealed.</summary>
internal sealed class ServerMetrics : IDisposable
{
    public const string MeterName = "Keyward.Server";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _closed;

    public ServerMetrics(AuditLog log, Gate gate)
    {
        _meter.CreateObservableCounter("keyward_audit_size_entries", () => log.Size,
            description: "Records in this node's log.");
        _meter.CreateObservableCounter("keyward_audit_flushes", () => log.Flushes,
            description: "Flushes of this node's log; records a flush measure group commit.");
        _closed = _meter.CreateCounter<long>("keyward_connections_closed",
            description: "Connections closed before their handshake, since their address or all had too many.");
        _meter.CreateObservableGauge("keyward_audit_writable", () => log.IsWritable ? 1 : 0,
            description: "1 while the log takes records.");
        _meter.CreateObservableGauge("keyward_sealed", () => gate.Status.State == GateState.Sealed ? 1 : 0,
            description: "1 while the root key is missing.");
        _meter.CreateObservableGauge("keyward_ready", () => gate.Status.IsReady ? 1 : 0,
            description: "1 while the server should get traffic.");
        _meter.CreateObservableGauge("keyward_quota_usage_ratio",
            () => Vault.Quotas.QuotaGauges.Read(gate.Vault?.Snapshot, gate.Rates),
            description: "How near the nearest project or key is to a limit, by limit; 1 is reached.");
        _meter.CreateObservableGauge("keyward_keys", () => KeysIn(gate), description: "Keys of this deployment.");
    }

    public void ConnectionClosed() => _closed.Add(1);

    public void Dispose() => _meter.Dispose();

    private static long KeysIn(Gate gate) => gate.Vault?.Snapshot.Projects.After(null)
        .Sum(p => p.Rings.After(null).Sum(r => (long)r.Keys.Count)) ?? 0;
}
