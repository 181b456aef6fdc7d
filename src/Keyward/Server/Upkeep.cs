using Keyward.Vault.Automation;
using Keyward.Vault.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Keyward.Server;

/// <summary>What must be done from time to time: records that the log could not take are brought in from the store, and
/// material that is due is erased.</summary>
internal sealed class Upkeep(VaultKeeper keeper, TimeProvider time, ILogger<Upkeep> logger) : BackgroundService
{
    private static readonly TimeSpan OutboxInterval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var destruction = new Destruction(keeper.Gate, keeper.Store, time);
        var sinceDestruction = Destruction.Interval;
        using var timer = new PeriodicTimer(OutboxInterval, time);
        do
        {
            try
            {
                if (keeper.Lane is { } lane) await lane.FlushOutboxAsync().ConfigureAwait(false);
                if (keeper.Membership is { } membership)
                {
                    await membership.StepAsync(stoppingToken).ConfigureAwait(false);
                    // One node runs what is due.
                    if (!membership.IsLeading) continue;
                }

                sinceDestruction += OutboxInterval;
                if (sinceDestruction < Destruction.Interval) continue;
                sinceDestruction = TimeSpan.Zero;
                await destruction.RunAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (
                failure is StoreUnavailableException or Vault.Audit.AuditUnwritableException)
            {
                Log.UpkeepFailed(logger, failure);
            }
        }
        while (await NextAsync(timer, stoppingToken).ConfigureAwait(false));
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
