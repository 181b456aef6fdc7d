using System.Diagnostics;
using System.Diagnostics.Metrics;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Cluster;

/// <summary>How a change came to all nodes: who had applied it, and whose lease was waited out.</summary>
internal sealed record Propagated(
    TimeSpan Took, IReadOnlyList<string> Acknowledged, IReadOnlyList<string> Expired);

/// <summary>Holds a change's answer back until no node can serve without it: every living node has applied it, or its
/// lease has ended. Creation waits like revocation: one rule, and a client may create at one node and use at another at
/// once.</summary>
internal sealed class Propagation(NodeSync self, OpenedVault vault, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LastLook = TimeSpan.FromMilliseconds(50);
    private static readonly double[] Bounds = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

    private readonly Meter _meter = new(Gate.GateMetrics.MeterName);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (NodeRow Row, long Since)> _watched = new(StringComparer.Ordinal);
    private readonly RecentDurations _recent = new();
    private Histogram<double>? _seconds;

    /// <summary>How long the last changes took to reach every node.</summary>
    public RecentDurations Recent => _recent;

    /// <summary>Completes when a request that begins afterwards is judged with this change by every node.</summary>
    /// <param name="committedAt">The clock right after the commit was confirmed.</param>
    /// <param name="isNew">Whether it is a change of this node's, whose way is measured.</param>
    public async Task<Propagated> WaitAsync(long seq, long committedAt, bool isNew = true)
    {
        var expired = new List<string>();
        var look = FirstLook;
        while (true)
        {
            var rows = await ReadAsync().ConfigureAwait(false);
            if (rows is not null)
            {
                var waiting = rows.Where(r => !HasApplied(r, seq)).ToList();
                foreach (var row in waiting.Where(HasExpired).ToList())
                {
                    // A renewal in flight either wins, and is seen, or finds the mark and registers anew.
                    if (!await MarkDeadAsync(row).ConfigureAwait(false)) continue;
                    waiting.Remove(row);
                    expired.Add(row.Id);
                }

                // Whatever the rows say: nobody's lease, begun before the commit, lasts longer than this.
                if (waiting.Count == 0 || IsOver(committedAt))
                    return Done(committedAt, rows.Where(r => HasApplied(r, seq)),
                        [.. expired, .. waiting.Select(r => r.Id)], isNew);
            }
            else if (IsOver(committedAt)) return Done(committedAt, [], expired, isNew);

            await Task.Delay(look, time).ConfigureAwait(false);
            if (look < LastLook) look *= 2;
        }
    }

    public void Dispose() => _meter.Dispose();

    private bool IsOver(long committedAt) => time.GetElapsedTime(committedAt) > self.Terms.Expiry;

    private bool HasApplied(NodeRow row, long seq) => row.Dead || row.Boot.AsSpan().SequenceEqual(self.Me.Boot)
        || (row.Applied >= seq && row.Incarnation.AsSpan().SequenceEqual(vault.Incarnation)
            && row.IsSigned(vault.Hierarchy));

    /// <summary>True once a row has stood still under this node's own eyes for longer than any lease.</summary>
    private bool HasExpired(NodeRow row) => SilenceOf(row) > self.Terms.Expiry;

    private async Task<IReadOnlyList<NodeRow>?> ReadAsync()
    {
        try
        {
            var rows = await self.Nodes.ReadNodesAsync(CancellationToken.None).ConfigureAwait(false);
            Watch(rows);
            return rows;
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    /// <summary>For how long a row has stood still under this node's own eyes; zero for one that it sees for the first
    /// time.</summary>
    public TimeSpan SilenceOf(NodeRow row)
    {
        lock (_lock) return _watched.TryGetValue(row.Id, out var seen) && seen.Row.IsSameLife(row)
            ? time.GetElapsedTime(seen.Since) : TimeSpan.Zero;
    }

    /// <summary>Notes, by this node's own clock, when a row last moved.</summary>
    public void Watch(IReadOnlyList<NodeRow> rows)
    {
        var now = time.GetTimestamp();
        lock (_lock)
        {
            foreach (var row in rows)
                if (!_watched.TryGetValue(row.Id, out var seen) || !seen.Row.IsSameLife(row))
                    _watched[row.Id] = (row, now);
        }
    }

    private async Task<bool> MarkDeadAsync(NodeRow row)
    {
        try
        {
            return await self.Nodes.MarkDeadAsync(row, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    private Propagated Done(
        long committedAt, IEnumerable<NodeRow> applied, IReadOnlyList<string> expired, bool isNew)
    {
        var took = time.GetElapsedTime(committedAt);
        var propagated = new Propagated(took, [.. applied.Where(r => !r.Dead).Select(r => r.Id)], expired);
        if (!isNew) return propagated;
        _seconds ??= _meter.CreateHistogram("keyward_revocation_propagation_seconds", unit: null,
            description: "From a change's commit until no node can serve without it.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Bounds });
        _seconds.Record(took.TotalSeconds);
        _recent.Add(took);
        return propagated;
    }
}
