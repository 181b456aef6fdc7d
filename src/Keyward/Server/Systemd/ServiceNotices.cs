using System.Globalization;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Microsoft.Extensions.Hosting;

namespace Keyward.Server.Systemd;

/// <summary>Keeps systemd's picture true: the status line follows the gate's, and the watchdog is fed only after
/// something really went through the gate's log to the disk.</summary>
internal sealed class ServiceNotices(VaultKeeper keeper, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!SystemdNotice.IsWanted) return;
        var (said, sinceFed, interval) = ("", TimeSpan.Zero, WatchdogInterval());
        using var timer = new PeriodicTimer(StatusInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                var status = keeper.Gate.Status;
                var line = $"STATUS={status.Reason}: {status.Sentence}";
                if (line != said && status.State != GateState.Draining) SystemdNotice.Send(said = line);
                sinceFed += StatusInterval;
                if (interval is not { } due || sinceFed < due) continue;
                // A hanging disk leaves this waiting, and the watchdog unfed: that is the point.
                await keeper.AuditLog.ProbeAsync().WaitAsync(stoppingToken).ConfigureAwait(false);
                SystemdNotice.Send("WATCHDOG=1");
                sinceFed = TimeSpan.Zero;
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    /// <summary>Half of what systemd grants (sd_watchdog_enabled); null where it asks for none of this
    /// process.</summary>
    private static TimeSpan? WatchdogInterval()
    {
        var process = Environment.GetEnvironmentVariable("WATCHDOG_PID");
        if (!string.IsNullOrEmpty(process)
            && process != Environment.ProcessId.ToString(CultureInfo.InvariantCulture)) return null;
        return DecimalNumber.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), out long granted)
            && granted > 0
            ? TimeSpan.FromMicroseconds(granted / 2)
            : null;
    }
}
