using Keyward.Vault.Audit;
using Keyward.Vault.Automation;
using Keyward.Vault.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Keyward.Server;

/// <summary>The clock of what must be done from time to time: records that the log could not take are brought in from
/// the store, and the jobs run that are due.</summary>
internal sealed class Upkeep(VaultKeeper keeper, TimeProvider time, ILogger<Upkeep> logger) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>What was last said of a failure that lasts: once a second it would bury all else.</summary>
    private string? _said;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        IReadOnlyList<IJob> jobs =
        [
            new Destruction(keeper.Gate, keeper.Store, keeper.Time), new Rotation(keeper.Gate, keeper.Time),
            new WrappingKeys(keeper.Gate, keeper.Time), new Generation(keeper.Gate),
            new DriftScan(keeper.Gate, keeper.Time),
        ];
        IReadOnlyList<IJob> ofEachNode = [new LastUseNotes(keeper.Gate), new Pruning(keeper.Gate, keeper.AuditLog)];
        using var timer = new PeriodicTimer(Tick, time);
        do
        {
            try
            {
                if (keeper.Lane is { } lane) await lane.FlushOutboxAsync().ConfigureAwait(false);
                keeper.FollowLog();
                keeper.Gate.Vault?.KeepRoot();
                await keeper.Anchoring.TickAsync(stoppingToken).ConfigureAwait(false);
                if (keeper.Membership is { } membership)
                    await membership.StepAsync(stoppingToken).ConfigureAwait(false);
                _said = null;
            }
            catch (Exception failure) when (failure is StoreUnavailableException or AuditUnwritableException)
            {
                if (_said != failure.Message) Log.UpkeepFailed(logger, failure);
                _said = failure.Message;
            }

            var waiting = keeper.Gate.Dev?.TakeWaiting() ?? [];
            if (waiting.Count > 0) keeper.Gate.Jobs.MakeDue();
            await RunAsync(ofEachNode, stoppingToken).ConfigureAwait(false);
            // Of several nodes, one runs what is due.
            if (keeper.Membership is { IsLeading: false }) continue;
            await RunAsync(jobs, stoppingToken).ConfigureAwait(false);
            foreach (var waiter in waiting) waiter.TrySetResult();
        }
        while (await NextAsync(timer, stoppingToken).ConfigureAwait(false));
    }

    private async ValueTask RunAsync(IReadOnlyList<IJob> jobs, CancellationToken stopping)
    {
        foreach (var failure in await keeper.Gate.Jobs.RunDueAsync(jobs, stopping).ConfigureAwait(false))
            Log.UpkeepFailed(logger, failure);
    }

    private static async ValueTask<bool> NextAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
