using System.Diagnostics;
using Grpc.Core;
using Keyward.Client;

namespace Keyward.Cli.Operating;

/// <summary>Faults that callers cause: wrong clocks, floods, too much at once, uses of what waits for its
/// destruction.</summary>
internal static class CallerDrills
{
    /// <summary>More than a network may send at once without anybody knowing who it is; where they leave slowly, what
    /// it may send in a second comes on top.</summary>
    private const int FloodRequests = 1_500;

    private const int MaximumFloods = 10;

    public static async Task<Measured> WrongClockAsync(DrillRun run)
    {
        var before = await run.MetricAsync("keyward_denials_total").ConfigureAwait(false);
        using var late = await run.ConnectAsAccountAsync(mayUse: true, new ShiftedTime(TimeSpan.FromHours(-2)))
            .ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        try
        {
            await DrillRun.UntilAsync(() => run.EncryptAsync(late.Connection), StatusCode.Unauthenticated)
                .ConfigureAwait(false);
            var took = Stopwatch.GetElapsedTime(began);
            await run.EncryptAsync(run.Administrator).ConfigureAwait(false);
            return new Measured(took, null, await run.RoseAsync("keyward_denials_total", before).ConfigureAwait(false));
        }
        finally
        {
            await run.EndAccountAsync(late.Email).ConfigureAwait(false);
        }
    }

    public static async Task<Measured> FloodAsync(DrillRun run)
    {
        var before = await run.MetricAsync("keyward_cut_requests_total").ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        var (cut, floods) = (0, 0);
        for (; cut == 0 && floods < MaximumFloods; floods++)
            await Parallel.ForAsync(0, FloodRequests, async (_, _) =>
            {
                using var answer = await run.AskWithoutCredentialAsync().ConfigureAwait(false);
                if ((int)answer.StatusCode == 429) Interlocked.Increment(ref cut);
            }).ConfigureAwait(false);
        var took = Stopwatch.GetElapsedTime(began);
        if (cut == 0) throw new FailedException(
            $"{floods * FloodRequests} requests without a credential in {took.TotalSeconds:0.0} s, and none was cut.",
            "Is unknown_per_second set higher, or is a balancer in between?");
        // A known caller of the same network is served all the same.
        var asked = Stopwatch.GetTimestamp();
        await run.EncryptAsync(run.Administrator).ConfigureAwait(false);
        return new Measured(took, Stopwatch.GetElapsedTime(asked),
            await run.RoseAsync("keyward_cut_requests_total", before).ConfigureAwait(false));
    }

    public static async Task<Measured> ThrottledAsync(DrillRun run)
    {
        var before = await run.MetricAsync("keyward_quota_throttled_total").ConfigureAwait(false);
        await run.SetQuotaAsync(1).ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        TimeSpan took;
        long ended;
        try
        {
            await DrillRun.UntilAsync(() => run.EncryptAsync(run.Administrator), StatusCode.ResourceExhausted)
                .ConfigureAwait(false);
            took = Stopwatch.GetElapsedTime(began);
        }
        finally
        {
            ended = Stopwatch.GetTimestamp();
            await run.SetQuotaAsync(null).ConfigureAwait(false);
        }

        await run.EncryptAsync(run.Administrator).ConfigureAwait(false);
        return new Measured(took, Stopwatch.GetElapsedTime(ended),
            await run.RoseAsync("keyward_quota_throttled_total", before).ConfigureAwait(false));
    }

    public static async Task<Measured> PendingDestructionAsync(DrillRun run)
    {
        var before = await run.MetricAsync("keyward_pending_destroy_uses_total").ConfigureAwait(false);
        var encrypted = await run.EncryptAsync(run.Administrator).ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        await run.DestroyVersionAsync().ConfigureAwait(false);
        TimeSpan took;
        long ended;
        try
        {
            await run.UntilRefusedAsync(run.Administrator, encrypted, StatusCode.FailedPrecondition)
                .ConfigureAwait(false);
            took = Stopwatch.GetElapsedTime(began);
        }
        finally
        {
            ended = Stopwatch.GetTimestamp();
            await run.RestoreVersionAsync().ConfigureAwait(false);
        }

        await run.EncryptAsync(run.Administrator).ConfigureAwait(false);
        return new Measured(took, Stopwatch.GetElapsedTime(ended),
            await run.RoseAsync("keyward_pending_destroy_uses_total", before).ConfigureAwait(false));
    }

    /// <summary>A clock that is wrong by so much.</summary>
    private sealed class ShiftedTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
