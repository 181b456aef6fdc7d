namespace Keyward.Vault.Gate;

/// <summary>Requests of one network, door and reason that were cut and stand in no record of their own.</summary>
internal sealed record CutTally(
    PeerNetwork Network, Door Door, RefusalReason Reason, long Count, DateTimeOffset First, DateTimeOffset Last);

/// <summary>Counts what was cut until the next summary is written (security model, "Log flooding"). Safe for concurrent
/// use.</summary>
internal sealed class CutRequests
{
    /// <summary>Networks that a round of summaries names; what comes from others is one more.</summary>
    private const int MaximumNetworks = 1_000;

    private readonly Lock _lock = new();
    private readonly HashSet<PeerNetwork> _networks = [];
    private Dictionary<(PeerNetwork, Door, RefusalReason), CutTally> _tallies = [];

    public void Add(PeerNetwork network, Door door, RefusalReason reason, DateTimeOffset now) =>
        Add(new CutTally(network, door, reason, 1, now, now));

    /// <summary>All that was counted since the last time, at once.</summary>
    public IReadOnlyCollection<CutTally> Take()
    {
        lock (_lock)
        {
            var taken = _tallies;
            _tallies = [];
            _networks.Clear();
            return taken.Values;
        }
    }

    /// <summary>Counts once more what could not be written, so that no count is lost.</summary>
    public void Return(CutTally tally) => Add(tally);

    private void Add(CutTally tally)
    {
        lock (_lock)
        {
            var network = tally.Network;
            if (!_networks.Contains(network) && (_networks.Count >= MaximumNetworks || !_networks.Add(network)))
                network = PeerNetwork.Others;
            var key = (network, tally.Door, tally.Reason);
            _tallies[key] = _tallies.TryGetValue(key, out var known)
                ? known with
                {
                    Count = known.Count + tally.Count,
                    First = known.First < tally.First ? known.First : tally.First,
                    Last = known.Last > tally.Last ? known.Last : tally.Last,
                }
                : tally with { Network = network };
        }
    }
}
