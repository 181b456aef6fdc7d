namespace Keyward.Vault.Cluster;

public enum NodeState
{
    Unspecified = 0,

    /// <summary>Renews its lease, and gets traffic.</summary>
    Living = 1,

    /// <summary>Renews its lease, and is asked to get no more traffic.</summary>
    Draining = 2,

    /// <summary>Has not renewed its lease for three seconds: changes may wait for it.</summary>
    Silent = 3,

    /// <summary>Its lease was waited out: nobody waits for it any more.</summary>
    Dead = 4,
}

/// <summary>A node as the one that was asked sees it.</summary>
/// <param name="Applied">The last change by which it judges requests.</param>
/// <param name="Silence">For how long it has not renewed its lease, by the clock of the node that was asked.</param>
public sealed record NodeView(
    string Id, NodeState State, string Address, string Build, long Applied, TimeSpan Silence, bool IsLeader,
    bool IsSelf)
{
    /// <summary>How long changes of the node that was asked took to reach all; null for other nodes.</summary>
    public TimeSpan? PropagationMedian { get; init; }

    public TimeSpan? PropagationTail { get; init; }

    /// <summary>Its log; null where nothing is known of one.</summary>
    public NodeLogView? Log { get; init; }
}
