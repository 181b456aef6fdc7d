using Keyward.Delivery.Checkpoints;
using Keyward.Tests.Doors;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Delivery.Checkpoints;

/// <summary>When a node without enough witnesses says so, and that it serves on.</summary>
public sealed class WitnessQuorumTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Too_few_for_five_minutes_are_told_and_enough_end_it()
    {
        var quorum = new WitnessQuorum(2, _time);
        _time.Advance(WitnessQuorum.Grace);
        Assert.Null(quorum.WhyNotReady);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("witnesses", quorum.WhyNotReady!.Reason);
        quorum.Got(2);
        Assert.Null(quorum.WhyNotReady);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.Zero, quorum.Missing);
        quorum.Got(1);
        quorum.Got(0);
        _time.Advance(WitnessQuorum.Grace);
        Assert.Null(quorum.WhyNotReady);
        quorum.Got(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(quorum.WhyNotReady!.IsReady);
    }

    [Fact]
    public void Who_needs_none_is_ready_without()
    {
        var quorum = new WitnessQuorum(0, _time);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Null(quorum.WhyNotReady);
    }

    [Fact]
    public async Task A_node_that_is_not_ready_for_want_of_witnesses_serves_on()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var quorum = new WitnessQuorum(1, _time);
        doors.Gate.NotReadySince = () => quorum.WhyNotReady;
        Assert.True(doors.Gate.Status.IsReady);
        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.False(doors.Gate.Status.IsReady);
        Assert.Equal(200, (await doors.SendAsync("GET", "/keyward/v1/caller")).Status);
    }
}
