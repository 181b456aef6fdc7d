using Keyward.Tests.Models;
using Keyward.Vault.Cluster;

namespace Keyward.Tests.Vault.Cluster;

/// <summary>A lease under clocks that are set, and under one that stands still.</summary>
public sealed class LeaseTests
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    private readonly JumpingTime _time = new();
    private readonly Lease _lease;

    public LeaseTests()
    {
        _lease = new Lease(_time);
        _lease.Extend(_lease.Begin(), Length);
    }

    [Theory]
    [InlineData(-3_600, 9.9, true)]
    [InlineData(-3_600, 10, false)]
    [InlineData(4, 5.9, true)]
    [InlineData(4, 6, false)]
    [InlineData(3_600, 0, false)]
    public void It_lasts_by_the_clock_that_ran_further(int wallSetBySeconds, double secondsLater, bool isGood)
    {
        _time.Advance(TimeSpan.FromSeconds(secondsLater));
        _time.SetWall(TimeSpan.FromSeconds(wallSetBySeconds));
        Assert.Equal(isGood, _lease.IsGood);
    }

    [Fact]
    public void A_pause_of_the_whole_machine_ends_it_although_its_own_clock_stood_still()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(9), _lease.Remaining);
        _time.SetWall(TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.Zero, _lease.Remaining);
        _lease.Extend(_lease.Begin(), Length);
        Assert.Equal(Length, _lease.Remaining);
    }

    [Fact]
    public void A_pause_while_a_synchronisation_begins_counts_against_it()
    {
        var pausing = new PausingTime(TimeSpan.FromSeconds(30));
        var lease = new Lease(pausing);
        lease.Extend(lease.Begin(), Length);
        Assert.False(lease.IsGood);
    }

    [Fact]
    public void A_store_of_ones_own_sets_no_limit()
    {
        Assert.True(Lease.Unlimited.IsGood);
        Assert.Equal(TimeSpan.MaxValue, Lease.Unlimited.Remaining);
    }

    /// <summary>The machine stands still once, right after the wall clock was read.</summary>
    private sealed class PausingTime(TimeSpan pause) : TimeProvider
    {
        private DateTimeOffset _wall = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow()
        {
            var now = _wall;
            _wall = DateTimeOffset.UnixEpoch + pause;
            return now;
        }

        public override long GetTimestamp() => 0;
    }
}
