namespace Keyward.Vault.Development;

/// <summary>The clock of a development server: the real time, moved. It only goes forward once the server runs, since
/// states that time has ended do not come back. Durations are real: nothing waits longer or shorter for it. Safe for
/// concurrent use.</summary>
internal sealed class DevClock : TimeProvider
{
    /// <summary>Far enough for any test, and far enough from the end of the calendar for what is added to it.</summary>
    public static readonly DateTimeOffset Latest = new(3000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TimeProvider _real;
    private readonly Lock _moving = new();
    private long _offsetTicks;

    /// <param name="start">The time that it is now; null for the real one.</param>
    public DevClock(TimeProvider real, DateTimeOffset? start)
    {
        _real = real;
        if (start is { } time) _offsetTicks = (time - real.GetUtcNow()).Ticks;
    }

    public override TimeZoneInfo LocalTimeZone => _real.LocalTimeZone;

    public override long TimestampFrequency => _real.TimestampFrequency;

    public TimeSpan Offset => TimeSpan.FromTicks(Volatile.Read(ref _offsetTicks));

    public override DateTimeOffset GetUtcNow() => _real.GetUtcNow() + Offset;

    public override long GetTimestamp() => _real.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _real.CreateTimer(callback, state, dueTime, period);

    /// <summary>Moves on by a duration; false where that leads back or beyond <see cref="Latest"/>.</summary>
    public bool TryAdvance(TimeSpan by)
    {
        lock (_moving)
        {
            if (by < TimeSpan.Zero || by > Latest - GetUtcNow()) return false;
            Volatile.Write(ref _offsetTicks, _offsetTicks + by.Ticks);
            return true;
        }
    }

    /// <summary>Moves on to a time.</summary>
    public bool TrySet(DateTimeOffset time)
    {
        lock (_moving)
        {
            var by = time - GetUtcNow();
            if (by < TimeSpan.Zero || time > Latest) return false;
            Volatile.Write(ref _offsetTicks, _offsetTicks + by.Ticks);
            return true;
        }
    }
}
