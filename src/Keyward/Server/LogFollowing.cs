using Keyward.Vault.Audit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Keyward.Server;

/// <summary>Lets the log's follower go on: once a second, and never more than a tenth of one processor's time where
/// much is to be read, a fifth where it is far behind. On a thread of its own that gives way: where operations keep the
/// processors busy, they come first.</summary>
internal sealed class LogFollowing(VaultKeeper keeper, TimeProvider time, ILogger<LogFollowing> logger)
    : BackgroundService
{
    private const long FarBehind = 1_000_000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly NiceThread _thread = new("log follower");
    private string? _unwritable;
    private string? _late;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Reading is work without waiting: the server starts first.
        await Task.Yield();
        string? said = null;
        try
        {
            while (true)
            {
                TellOfLog();
                var began = time.GetTimestamp();
                var (goesOn, why) = await _thread.RunAsync(() => StepAsync(stoppingToken)).ConfigureAwait(false);
                if (why is not null && why != said) Log.NotFollowed(logger, why);
                said = why;
                await Task.Delay(goesOn ? time.GetElapsedTime(began) * Rest : Pause, time, stoppingToken)
                    .ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    public override void Dispose()
    {
        _thread.Dispose();
        base.Dispose();
    }

    /// <summary>Once when it begins: what then refuses every request must be found in the server's own log
    /// too.</summary>
    private void TellOfLog()
    {
        var (unwritable, late) = (keeper.AuditLog.WhyNot, keeper.AuditLog.Tree?.WhyLate);
        if (unwritable is not null && _unwritable is null) Log.AuditUnwritable(logger, unwritable);
        if (unwritable is null && _unwritable is not null) Log.AuditWritable(logger);
        if (late is not null && _late is null) Log.TreeLate(logger, late);
        (_unwritable, _late) = (unwritable, late);
    }

    /// <summary>How many times as long as it worked it rests.</summary>
    private int Rest => keeper.AuditLog.Followed?.Follower.LagEntries > FarBehind ? 4 : 9;

    private async ValueTask<(bool GoesOn, string? WhyNot)> StepAsync(CancellationToken cancellation)
    {
        try
        {
            return (keeper.AuditLog.Followed?.Follower is { } follower
                && await follower.StepAsync(cancellation).ConfigureAwait(false), null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException
            or AuditDamagedException or Vault.Audit.Tree.TreeFileException)
        {
            // Nothing is lost: the records stand in the log.
            return (false, failure.Message);
        }
    }
}
