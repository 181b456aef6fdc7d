using Keyward.Vault.Gate;

namespace Keyward.Vault.KeyUse;

/// <summary>Where computations wait that take long (<see cref="Algorithms.AlgorithmRow.IsSlow"/>): only so many run at
/// once, so that they leave cores to those that take microseconds, and only so many wait. Safe for concurrent
/// use.</summary>
#pragma warning disable CA1001 // Lives as long as the process; the semaphore holds nothing but memory.
internal sealed class SlowLane(int lanes, int maximumWaiting)
#pragma warning restore CA1001
{
    /// <summary>At some milliseconds each, more would wait longer than their callers do.</summary>
    private const int MaximumWaiting = 64;

    private static readonly Refusal Full = new(RefusalReason.Overloaded,
        "Too many slow operations wait already: long RSA keys, P-384, P-521 and post-quantum keys share a queue. " +
        "Try again.");

    /// <summary>The process's: half of its cores.</summary>
    public static readonly SlowLane Shared = new(Math.Max(1, Environment.ProcessorCount / 2), MaximumWaiting);

    public int Lanes => lanes;

    private readonly SemaphoreSlim _free = new(lanes);
    private int _waiting;

    public async ValueTask<Outcome<T>> RunAsync<T>(Func<Outcome<T>> work)
    {
        if (!_free.Wait(0))
        {
            if (Interlocked.Increment(ref _waiting) > maximumWaiting)
            {
                Interlocked.Decrement(ref _waiting);
                return Full;
            }

            await _free.WaitAsync().ConfigureAwait(false);
            Interlocked.Decrement(ref _waiting);
        }

        try
        {
            return work();
        }
        finally
        {
            _free.Release();
        }
    }
}
