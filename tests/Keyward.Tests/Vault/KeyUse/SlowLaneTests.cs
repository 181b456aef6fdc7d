using Keyward.Vault.Gate;
using Keyward.Vault.KeyUse;

namespace Keyward.Tests.Vault.KeyUse;

public sealed class SlowLaneTests
{
    [Fact]
    public async Task One_runs_one_waits_and_the_next_is_told_to_come_again()
    {
        var lane = new SlowLane(lanes: 1, maximumWaiting: 1);
        using var started = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var first = Task.Run(() => lane.RunAsync(() =>
        {
            started.Set();
            go.Wait();
            return Outcome.Of(1);
        }).AsTask());
        started.Wait();
        var second = lane.RunAsync(() => Outcome.Of(2)).AsTask();
        Assert.False(second.IsCompleted);
        Assert.False((await lane.RunAsync(() => Outcome.Of(3))).TryGet(out _, out var refusal));
        Assert.Equal(RefusalReason.Overloaded, refusal.Reason);

        go.Set();
        Assert.True((await first).TryGet(out var one, out _));
        Assert.True((await second).TryGet(out var two, out _));
        Assert.Equal((1, 2), (one, two));
        // Whoever was refused finds room again.
        Assert.True((await lane.RunAsync(() => Outcome.Of(4))).TryGet(out _, out _));
    }

    [Fact]
    public async Task Work_that_fails_leaves_the_lane()
    {
        var lane = new SlowLane(lanes: 1, maximumWaiting: 0);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => lane.RunAsync<int>(() => throw new InvalidOperationException()).AsTask());
        Assert.True((await lane.RunAsync(() => Outcome.Of(1))).TryGet(out _, out _));
    }
}
