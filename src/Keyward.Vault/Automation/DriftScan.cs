namespace Keyward.Vault.Automation;

/// <summary>What the last scan found, by rule, all rules included.</summary>
internal sealed record DriftFigures(DateTimeOffset Time, IReadOnlyDictionary<DriftRule, int> Counts);

/// <summary>Counts once an hour which keys stand otherwise than they should, for metrics; whose they are says
/// <see cref="ReadDrift"/>.</summary>
internal sealed class DriftScan(Gate.Gate gate, TimeProvider time) : IJob
{
    public string Name => "drift";

    public TimeSpan Interval => TimeSpan.FromHours(1);

    public ValueTask<JobRun> RunAsync(CancellationToken cancellation)
    {
        if (gate.Vault is not { } vault) return default;
        var now = time.GetUtcNow();
        var counts = DriftRules.All.ToDictionary(r => r, _ => 0);
        foreach (var drift in Drift.Of(vault.Snapshot.Keys, now)) counts[drift.Rule]++;
        gate.Jobs.Drift = new DriftFigures(now, counts);
        return new(new JobRun(counts.Values.Sum()));
    }
}
