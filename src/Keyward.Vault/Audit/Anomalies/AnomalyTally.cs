namespace Keyward.Vault.Audit.Anomalies;

/// <summary>How many findings were made since the start, for metrics: those of old records are no news, such as when
/// all is made again of the log. Safe for concurrent use.</summary>
internal sealed class AnomalyTally(TimeProvider time)
{
    private static readonly TimeSpan News = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(AnomalyKind Kind, AnomalySeverity Severity), long> _counts =
        AnomalyNames.Kinds.SelectMany(k => AnomalyNames.Severities.Select(s => (k, s))).ToDictionary(k => k, _ => 0L);

    public void Count(Anomaly anomaly)
    {
        if (time.GetUtcNow() - anomaly.Time > News) return;
        lock (_lock) _counts[(anomaly.Kind, anomaly.Severity)]++;
    }

    public IReadOnlyList<(AnomalyKind Kind, AnomalySeverity Severity, long Count)> Read()
    {
        lock (_lock) return [.. _counts.Select(c => (c.Key.Kind, c.Key.Severity, c.Value))];
    }
}
