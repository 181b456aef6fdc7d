using Keyward.Vault.Gate;

namespace Keyward.Delivery.Checkpoints;

/// <summary>How many witnesses have to vouch for the newest checkpoint, and since when too few have. Where they are
/// missing for long the node says that it is not ready; it goes on serving who comes all the same, since nobody waits
/// for witnesses. Safe for concurrent use.</summary>
internal sealed class WitnessQuorum(int needed, TimeProvider time)
{
    /// <summary>A witness that starts again is no reason to move traffic.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private DateTimeOffset _since = time.GetUtcNow();
    private int _got;

    public int Needed => needed;

    /// <summary>How long it has been missing; zero where it is there.</summary>
    public TimeSpan Missing
    {
        get
        {
            lock (_lock) return _got >= needed ? TimeSpan.Zero : time.GetUtcNow() - _since;
        }
    }

    /// <summary>So many have vouched for the newest checkpoint.</summary>
    public void Got(int cosignatures)
    {
        lock (_lock)
        {
            if (_got >= needed && cosignatures < needed) _since = time.GetUtcNow();
            _got = cosignatures;
        }
    }

    /// <summary>Null while all is well.</summary>
    public GateStatus? WhyNotReady => needed == 0 || Missing <= Grace ? null : new GateStatus(GateState.Serving,
        "witnesses", $"Fewer than {needed} witnesses vouch for the audit log's newest checkpoint.");
}
