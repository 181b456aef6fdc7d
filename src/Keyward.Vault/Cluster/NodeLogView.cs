namespace Keyward.Vault.Cluster;

/// <summary>A node's log as the node that was asked knows it.</summary>
/// <param name="Size">How many records its newest checkpoint in the store covers.</param>
/// <param name="Fault">What is wrong with it; null where nothing is known to be.</param>
public sealed record NodeLogView(long Size, IReadOnlyList<LogWitnessView> Witnesses, string? Fault);

/// <summary>Up to which size, and when, a node vouched for the log of another.</summary>
public sealed record LogWitnessView(string Node, long Size, DateTimeOffset Time);
