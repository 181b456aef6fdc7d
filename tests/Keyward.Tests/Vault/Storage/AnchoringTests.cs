using Keyward.Tests.Doors;
using Keyward.Tests.Models;

namespace Keyward.Tests.Vault.Storage;

public sealed class AnchoringTests
{
    private readonly JumpingTime _time = new();

    [Fact]
    public async Task The_store_learns_of_the_log_every_ten_seconds_although_the_clock_was_set_back_a_day()
    {
        await using var doors = await OpenDoors.OpenAsync(_time);
        await doors.Keeper.Anchoring.AnchorAsync(TestContext.Current.CancellationToken);
        var known = doors.Records;
        _time.SetWall(-TimeSpan.FromDays(1));
        await doors.SendAsync("GET", "/v1/nodes");
        await doors.Keeper.AuditLog.Tree!.CoverAsync(doors.Records);
        Assert.Equal(known, await AfterAsync(doors, TimeSpan.FromSeconds(9)));
        Assert.InRange(await AfterAsync(doors, TimeSpan.FromSeconds(1)), known + 1, doors.Records);
    }

    private async Task<long> AfterAsync(OpenDoors doors, TimeSpan passed)
    {
        _time.Advance(passed);
        await doors.Keeper.Anchoring.TickAsync(TestContext.Current.CancellationToken);
        var checkpoints = await doors.Gate.Vault!.Store!.ReadCheckpointsAsync(TestContext.Current.CancellationToken);
        return checkpoints.Max(c => c.Size);
    }
}
