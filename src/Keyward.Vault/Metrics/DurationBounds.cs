namespace Keyward.Vault.Metrics;

/// <summary>The bounds of every histogram of a duration, in seconds. The objectives' thresholds (50 ms, 250 ms) are
/// bounds themselves, or a share under them would be a guess.</summary>
internal static class DurationBounds
{
    public static readonly double[] Seconds =
        [0.0005, 0.001, 0.002, 0.003, 0.005, 0.008, 0.012, 0.02, 0.035, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

    /// <summary>Parts of a request that take microseconds.</summary>
    public static readonly double[] ShortSeconds =
        [0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 10];
}
