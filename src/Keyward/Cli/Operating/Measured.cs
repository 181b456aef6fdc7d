namespace Keyward.Cli.Operating;

/// <summary>What a drill measured.</summary>
/// <param name="Took">From the fault until the deployment did what it should.</param>
/// <param name="Recovered">From the fault's end until all was as before; null where nothing has to recover.</param>
/// <param name="Signal">Whether the metric that the alert reads showed it; null where metrics are not for this
/// machine.</param>
internal sealed record Measured(TimeSpan Took, TimeSpan? Recovered = null, bool? Signal = null);
