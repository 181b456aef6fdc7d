namespace Keyward.Vault.Audit.Anomalies;

/// <summary>What counts as out of the ordinary.</summary>
internal sealed record AnomalySettings
{
    public static readonly AnomalySettings Default = new();

    /// <summary>Kinds that are not looked for.</summary>
    public IReadOnlySet<AnomalyKind> Off { get; init; } = new HashSet<AnomalyKind>();

    /// <summary>For so long a principal's use of a key is only learnt.</summary>
    public TimeSpan Learning { get; init; } = TimeSpan.FromDays(7);

    /// <summary>So much silence makes a use the first after dormancy.</summary>
    public TimeSpan Dormancy { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How far above its mean an hour's volume must be, in standard deviations.</summary>
    public double VolumeSigmas { get; init; } = 6;

    /// <summary>Refusals of one principal within ten minutes.</summary>
    public int Denials { get; init; } = 20;

    /// <summary>Keys that a principal never used before, within an hour.</summary>
    public int NewKeys { get; init; } = 10;

    /// <summary>For so long what was judged false or expected is not told again.</summary>
    public TimeSpan Suppression { get; init; } = TimeSpan.FromDays(30);
}
