using Keyward.Tests.Models;
using Keyward.Vault.Automation;

namespace Keyward.Tests.Vault.Automation;

public sealed class JobBoardTests
{
    private readonly JumpingTime _time = new();
    private readonly Counted _job = new();

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_job_whose_clock_is_set_by_a_day_runs_at_once_and_then_in_its_pauses(int days)
    {
        var board = new JobBoard(_time);
        await RunAsync(board, expected: 1);
        await RunAsync(board, expected: 1);
        _time.SetWall(TimeSpan.FromDays(days));
        await RunAsync(board, expected: 2);
        _time.Advance(_job.Interval - TimeSpan.FromSeconds(1));
        await RunAsync(board, expected: 2);
        _time.Advance(TimeSpan.FromSeconds(1));
        await RunAsync(board, expected: 3);
    }

    private async Task RunAsync(JobBoard board, int expected)
    {
        Assert.Empty(await board.RunDueAsync([_job], TestContext.Current.CancellationToken));
        Assert.Equal(expected, _job.Runs);
    }

    private sealed class Counted : IJob
    {
        public int Runs { get; private set; }

        public string Name => "counted";

        public TimeSpan Interval => TimeSpan.FromSeconds(10);

        public ValueTask<JobRun> RunAsync(CancellationToken cancellation)
        {
            Runs++;
            return new(default(JobRun));
        }
    }
}
