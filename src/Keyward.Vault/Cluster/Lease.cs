namespace Keyward.Vault.Cluster;

/// <summary>Until when this node may answer by what it knows. Whoever takes a right away waits until every other node
/// has applied that, or its lease has run out; so a node whose lease has ended answers nothing that needs a right. Read
/// by every request: one field and two clocks.</summary>
/// <remarks>The clock for durations runs on while the machine sleeps, but not while a hypervisor holds it still; the
/// wall clock shows such a pause once it is right again, and is set by people besides. The lease has lasted as long as
/// the one that ran further says: setting a clock ends it early at worst, and the next synchronisation renews
/// it.</remarks>
internal sealed class Lease(TimeProvider time)
{
    private static readonly Term Forever = new(default, TimeSpan.MaxValue);

    private volatile Term? _term;

    /// <summary>A store that no other node shares: nothing changes behind this node's back.</summary>
    public static Lease Unlimited { get; } = new(TimeProvider.System) { _term = Forever };

    public bool IsGood => Remaining > TimeSpan.Zero;

    public TimeSpan Remaining
    {
        get
        {
            if (_term is not { } term) return TimeSpan.Zero;
            if (ReferenceEquals(term, Forever)) return TimeSpan.MaxValue;
            var measured = time.GetElapsedTime(term.Begun.At);
            var shown = time.GetUtcNow() - term.Begun.ByTheWall;
            var lasted = measured > shown ? measured : shown;
            return lasted < term.Length ? term.Length - lasted : TimeSpan.Zero;
        }
    }

    /// <summary>Now, as a synchronisation begins.</summary>
    public Beginning Begin()
    {
        // The wall clock first: a pause between the two readings counts as one that came after them.
        var wall = time.GetUtcNow();
        return new(time.GetTimestamp(), wall);
    }

    /// <summary>Good for a lease's length from the moment at which the synchronisation began, not at which its answer
    /// came: a change that was committed in between may be missing from it.</summary>
    public void Extend(Beginning begun, TimeSpan length) => _term = new Term(begun, length);

    public void End() => _term = null;

    /// <summary>When a synchronisation began, by both clocks.</summary>
    internal readonly record struct Beginning(long At, DateTimeOffset ByTheWall);

    private sealed record Term(Beginning Begun, TimeSpan Length);
}
