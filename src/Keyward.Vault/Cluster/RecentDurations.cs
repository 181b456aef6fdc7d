namespace Keyward.Vault.Cluster;

/// <summary>The last durations of something, few enough to be sorted whenever somebody asks. Safe for concurrent
/// use.</summary>
internal sealed class RecentDurations
{
    private const int Kept = 256;

    private readonly Lock _lock = new();
    private readonly TimeSpan[] _ring = new TimeSpan[Kept];
    private int _count;
    private int _next;

    public void Add(TimeSpan duration)
    {
        lock (_lock)
        {
            _ring[_next] = duration;
            _next = (_next + 1) % Kept;
            if (_count < Kept) _count++;
        }
    }

    /// <summary>What this part of them stayed below; null where there were none.</summary>
    public TimeSpan? Quantile(double part)
    {
        TimeSpan[] sorted;
        lock (_lock) sorted = _ring[.._count];
        if (sorted.Length == 0) return null;
        Array.Sort(sorted);
        return sorted[Math.Min((int)(part * sorted.Length), sorted.Length - 1)];
    }
}
