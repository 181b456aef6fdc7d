namespace Keyward.Vault.Gate;

/// <summary>How many requests without a known caller each network may still send: a bucket of tokens a network, one
/// taken by each such request, filled again at a steady rate. No secret here can be guessed, so this keeps out floods
/// of
/// the log, not guesses; and it locks nobody out for longer than the flood lasts. Safe for concurrent use.</summary>
internal sealed class PeerBuckets(TimeProvider time)
{
    /// <summary>A bucket holds ten seconds' worth.</summary>
    public const int BurstSeconds = 10;

    /// <summary>Networks that are told apart; beyond them all share one bucket, so that memory is bounded.</summary>
    private const int MaximumNetworks = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<PeerNetwork, Bucket> _buckets = [];
    private readonly Bucket _others = new();
    private volatile bool _anyEmpty;

    /// <summary>Takes a token; false where none is left.</summary>
    public bool TryTake(string ip, int perSecond)
    {
        lock (_lock)
        {
            if (Find(PeerNetwork.Of(ip), perSecond).TryTake(time.GetTimestamp(), time, perSecond)) return true;
            _anyEmpty = true;
            return false;
        }
    }

    /// <summary>Whether a network has no token left. Costs nothing while no network floods.</summary>
    public bool IsEmpty(string ip, int perSecond)
    {
        if (!_anyEmpty) return false;
        lock (_lock) return Find(PeerNetwork.Of(ip), perSecond).IsEmpty(time.GetTimestamp(), time, perSecond);
    }

    /// <summary>Forgets networks whose buckets are full again, and with the last of them that there was a
    /// flood.</summary>
    public void Tidy(int perSecond)
    {
        lock (_lock)
        {
            Drop(perSecond);
            _anyEmpty = _buckets.Count > 0;
        }
    }

    private Bucket Find(PeerNetwork network, int perSecond)
    {
        if (_buckets.TryGetValue(network, out var bucket)) return bucket;
        if (_buckets.Count >= MaximumNetworks) Drop(perSecond);
        if (_buckets.Count >= MaximumNetworks) return _others;
        return _buckets[network] = new Bucket();
    }

    private void Drop(int perSecond)
    {
        var now = time.GetTimestamp();
        foreach (var (network, bucket) in _buckets)
            if (bucket.IsFull(now, time, perSecond)) _buckets.Remove(network);
    }

    private sealed class Bucket
    {
        private double _tokens = double.MaxValue;
        private long _filled;

        public bool TryTake(long now, TimeProvider time, int perSecond)
        {
            if (IsEmpty(now, time, perSecond)) return false;
            _tokens--;
            return true;
        }

        public bool IsEmpty(long now, TimeProvider time, int perSecond)
        {
            Fill(now, time, perSecond);
            return _tokens < 1;
        }

        public bool IsFull(long now, TimeProvider time, int perSecond)
        {
            Fill(now, time, perSecond);
            return _tokens >= perSecond * BurstSeconds;
        }

        private void Fill(long now, TimeProvider time, int perSecond)
        {
            if (_tokens < double.MaxValue) _tokens += time.GetElapsedTime(_filled, now).TotalSeconds * perSecond;
            _tokens = Math.Min(_tokens, (double)perSecond * BurstSeconds);
            _filled = now;
        }
    }
}
