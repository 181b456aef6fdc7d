using Keyward.Vault.Development;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Vault.Development;

public sealed class DevClockTests
{
    private static readonly DateTimeOffset Real = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _real = new(Real);

    [Fact]
    public void It_starts_where_it_is_told_and_runs_with_the_real_time()
    {
        var clock = new DevClock(_real, Real.AddYears(-3));
        _real.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(Real.AddYears(-3).AddMinutes(5), clock.GetUtcNow());
    }

    [Fact]
    public void It_goes_forward_only()
    {
        var clock = new DevClock(_real, null);
        Assert.True(clock.TryAdvance(TimeSpan.FromDays(90)));
        Assert.Equal(Real.AddDays(90), clock.GetUtcNow());
        Assert.False(clock.TryAdvance(TimeSpan.FromTicks(-1)));
        Assert.False(clock.TrySet(Real));
        Assert.True(clock.TrySet(Real.AddDays(91)));
        Assert.Equal(TimeSpan.FromDays(91), clock.Offset);
    }

    [Fact]
    public void It_ends_before_the_calendar_does()
    {
        var clock = new DevClock(_real, null);
        Assert.False(clock.TrySet(DevClock.Latest.AddTicks(1)));
        Assert.False(clock.TryAdvance(TimeSpan.MaxValue));
        Assert.True(clock.TrySet(DevClock.Latest));
    }

    [Fact]
    public void Durations_stay_real()
    {
        var clock = new DevClock(_real, null);
        var before = clock.GetTimestamp();
        clock.TryAdvance(TimeSpan.FromDays(1));
        Assert.Equal(TimeSpan.Zero, clock.GetElapsedTime(before));
    }
}
