namespace Keyward.Stores.Postgres;

/// <summary>For how long the database has been away from changes. While that is as short as a planned switch-over a
/// change waits for the next primary; after that it is refused at once. One caller at a time.</summary>
internal sealed class Outage(TimeProvider time)
{
    /// <summary>A switch-over takes a few seconds. Clients give up after a minute, and many repeat only within
    /// one.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Who failed longer ago than this failed in another outage.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);

    private long? _since;
    private long _last;

    /// <summary>Whether a try that began then, and failed because the database was away, is worth another.</summary>
    public bool IsYoung(long begun)
    {
        if (_since is null || time.GetElapsedTime(_last) > Memory) _since = begun;
        _last = time.GetTimestamp();
        return time.GetElapsedTime(_since.Value) < Grace;
    }

    public void End() => _since = null;
}
