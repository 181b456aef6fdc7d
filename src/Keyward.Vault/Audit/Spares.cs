using System.Collections.Concurrent;

namespace Keyward.Vault.Audit;

/// <summary>Objects that were used and may be used again, up to a number; what is more is left to the collector. Safe
/// for concurrent use.</summary>
internal sealed class Spares<T>(int maximum) where T : class
{
    private readonly ConcurrentQueue<T> _kept = new();
    private int _count;

    /// <summary>Null where there is none.</summary>
    public T? Take()
    {
        if (!_kept.TryDequeue(out var spare)) return null;
        Interlocked.Decrement(ref _count);
        return spare;
    }

    public void Keep(T spare)
    {
        if (Interlocked.Increment(ref _count) <= maximum) _kept.Enqueue(spare);
        else Interlocked.Decrement(ref _count);
    }
}
