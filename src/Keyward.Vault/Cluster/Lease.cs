namespace Keyward.Vault.Cluster;

/// <summary>Until when this node may answer by what it knows. Whoever takes a right away waits until every other node
/// has applied that, or its lease has run out; so a node whose lease has ended answers nothing that needs a right. Read
/// by every request: one field, and a clock that runs on while the machine sleeps.</summary>
internal sealed class Lease(TimeProvider time)
{
    private const long Forever = long.MaxValue;

    private long _deadline;

    /// <summary>A store that no other node shares: nothing changes behind this node's back.</summary>
    public static Lease Unlimited { get; } = new(TimeProvider.System) { _deadline = Forever };

    public bool IsGood => Remaining > TimeSpan.Zero;

    public TimeSpan Remaining
    {
        get
        {
            var deadline = Volatile.Read(ref _deadline);
            if (deadline == Forever) return TimeSpan.MaxValue;
            return deadline == 0 ? TimeSpan.Zero : time.GetElapsedTime(time.GetTimestamp(), deadline);
        }
    }

    /// <summary>Good for a lease's length from the moment at which the synchronisation began, not at which its answer
    /// came: a change that was committed in between may be missing from it.</summary>
    public void Extend(long begunAt, TimeSpan length) => Volatile.Write(
        ref _deadline, begunAt + (long)(length.TotalSeconds * time.TimestampFrequency));

    public void End() => Volatile.Write(ref _deadline, 0);
}
