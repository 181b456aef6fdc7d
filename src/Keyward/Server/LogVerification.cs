using System.Diagnostics.Metrics;
using Keyward.Keystores.Root;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Verification;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Keyward.Server;

/// <summary>Checks all logs of this node four times a day, and soon after the start: what is altered on the disk behind
/// a running server is found before somebody needs it. Nobody waits for it.</summary>
internal sealed class LogVerification : BackgroundService
{
    public const string MeterName = "Keyward.LogVerification";

    private static readonly TimeSpan FirstAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Interval = TimeSpan.FromHours(6);

    private readonly Meter _meter = new(MeterName);
    private readonly VaultKeeper _keeper;
    private readonly TimeProvider _time;
    private readonly ILogger<LogVerification> _logger;
    private readonly LogSelfCheck _check;

    public LogVerification(VaultKeeper keeper, TimeProvider time, ILogger<LogVerification> logger)
    {
        (_keeper, _time, _logger) = (keeper, time, logger);
        _check = new LogSelfCheck(NoteSigner.IsGood, time);
        _meter.CreateObservableGauge("keyward_audit_verified_timestamp_seconds", Verified,
            description: "When the server last found that all of its logs hold.");
        _meter.CreateObservableCounter("keyward_audit_verify_failures",
            () => _check.Failures + (_keeper.Membership?.Logs.Faults ?? 0),
            description: "Checks of the server's own logs that found a fault, and logs of any node that went back.");
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(FirstAfter, _time, stoppingToken).ConfigureAwait(false);
            while (true)
            {
                await CheckAsync(stoppingToken).ConfigureAwait(false);
                await Task.Delay(Interval, _time, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task CheckAsync(CancellationToken stopping)
    {
        if (_keeper.Gate.Vault is not { } vault) return;
        var keys = _keeper.LogFolders.VerifierKeysOf(vault.Snapshot, vault.Hierarchy).ToList();
        var logs = keys.Select(k => k.Name).Distinct().Select(origin => (origin, _keeper.LogFolders.Of(origin)));
        foreach (var report in await _check.RunAsync(logs, [.. keys, .. _keeper.AuditLog.Tree?.Keys ?? []], stopping)
            .ConfigureAwait(false))
            Log.LogBroken(_logger, report.Origin, $"{report.Faults[0].Path}: {report.Faults[0].Sentence}");
    }

    private IEnumerable<Measurement<long>> Verified() =>
        _check.VerifiedAtSeconds is > 0 and var at ? [new(at)] : [];
}
