namespace Keyward.Vault.Audit.Anomalies;

/// <summary>A finding: what is out of the ordinary, about whom and what, and the records that show it.</summary>
/// <param name="Key">A key's full name, or what else it is about; empty where it is about a principal alone.</param>
/// <param name="Why">One sentence with the figures.</param>
/// <param name="Evidence">Indexes of records in the log, the newest last.</param>
/// <param name="Verdict">Unspecified while it stands open.</param>
public sealed record Anomaly(
    string Id, AnomalyKind Kind, AnomalySeverity Severity, string Principal, string Key, DateTimeOffset Time,
    string Why, IReadOnlyList<long> Evidence)
{
    public AnomalyVerdict Verdict { get; init; }

    public string JudgedBy { get; init; } = "";

    public DateTimeOffset? JudgedAt { get; init; }

    public string Note { get; init; } = "";

    public bool IsOpen => Verdict == AnomalyVerdict.Unspecified;
}

/// <summary>What one record brings to light, before verdicts and other signals are looked at.</summary>
internal readonly record struct Signal(
    AnomalyKind Kind, AnomalySeverity Severity, string Principal, string Key, string Why, IReadOnlyList<long> Evidence);
