using Keyward.Server.Settings;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Keyward.Server.Tls;

/// <summary>Notices certificate files that were replaced (mounted secrets send no signal), and renews the deployment's
/// own certificate before its end. What cannot be used is said once, and the old one stays.</summary>
internal sealed class CertificateWatch(
    ServedCertificate certificate, LiveSettings live, TimeProvider time, ILogger<CertificateWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private string? _said;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false)) Look();
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private void Look()
    {
        if (!certificate.IsStale(live.Current)) return;
        try
        {
            certificate.Load(live.Current);
            _said = null;
            Log.CertificateReplaced(logger, certificate.NotAfter);
        }
        catch (StartException failure)
        {
            if (_said != failure.Message) Log.Missing(logger, failure.Message);
            _said = failure.Message;
        }
    }
}
