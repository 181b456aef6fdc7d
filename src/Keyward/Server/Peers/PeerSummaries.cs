using Microsoft.Extensions.Hosting;

namespace Keyward.Server.Peers;

/// <summary>Writes the summaries of cut requests every ten seconds; the last ones are written when the vault
/// closes.</summary>
internal sealed class PeerSummaries(VaultKeeper keeper, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
                await keeper.Gate.WriteSummariesAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }
}
