using System.Diagnostics.Metrics;
using Keyward.Delivery.Sinks;
using Keyward.Server;
using Keyward.Server.Settings;
using Keyward.Vault.Names;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Keyward.Delivery;

/// <summary>All sinks of this node, each on a loop of its own. At a stop what is on its way is given up: it goes out
/// again at the next start.</summary>
internal sealed class Deliveries : BackgroundService
{
    public const string MeterName = "Keyward.Delivery";

    private readonly Meter _meter = new(MeterName);
    private readonly TimeProvider _time;
    private readonly ILogger<Deliveries> _logger;

    public Deliveries(VaultKeeper keeper, LiveSettings live, TimeProvider time, ILogger<Deliveries> logger)
    {
        (_time, _logger) = (time, logger);
        var folder = Path.Combine(live.Current.Data, "delivery");
        if (live.Current.AuditSinks.Count > 0)
            Directory.CreateDirectory(
                folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Couriers = [.. live.Current.AuditSinks.Select(settings =>
        {
            var log = keeper.AuditLog;
            var cursor = DeliveryCursor.Load(
                Path.Combine(folder, settings.Name), log.Origin, settings.FromNow ? log.Size : 0, time);
            return new Courier(
                settings.Name, SinkOf(settings, time), log, cursor, project => AccountOf(keeper, project),
                settings.Filter.IsNone ? null : settings.Filter, time);
        })];
        if (Couriers.Count > 0) keeper.AuditLog.Needed = () => Couriers.Min(c => c.Needed);
        Measure();
    }

    public IReadOnlyList<Courier> Couriers { get; }

    public override void Dispose()
    {
        foreach (var courier in Couriers) courier.Dispose();
        _meter.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Couriers.Select(c => Task.Run(() => RunAsync(c, stoppingToken), CancellationToken.None)));

    private async Task RunAsync(Courier courier, CancellationToken stopping)
    {
        string? said = null;
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                var pause = await courier.StepAsync(stopping).ConfigureAwait(false);
                // Once for each new reason: a sink that is down for a day is not told of every five minutes.
                if (courier.Status.WhyNot is { } why && why != said) Log.NotDelivered(_logger, courier.Name, why);
                else if (said is not null && courier.Status.WhyNot is null) Log.DeliveredAgain(_logger, courier.Name);
                said = courier.Status.WhyNot;
                if (pause > TimeSpan.Zero) await Task.Delay(pause, _time, stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private static ISink SinkOf(SinkSettings settings, TimeProvider time) => settings.Kind switch
    {
        SinkKind.File => new FileSink(settings.Address.LocalPath, settings.Form),
        SinkKind.Syslog => new SyslogSink(settings, time),
        SinkKind.Webhook => new WebhookSink(settings, time),
        SinkKind.Splunk => new SplunkSink(settings, time),
        SinkKind.Elastic => new ElasticSink(settings, time),
        SinkKind.Otlp => new OtlpSink(settings, time),
        SinkKind.Unspecified => throw new ArgumentOutOfRangeException(nameof(settings)),
    };

    private static string? AccountOf(VaultKeeper keeper, string project) =>
        ProjectId.TryParse(project, out var id)
            ? keeper.Gate.Vault?.Snapshot.Find(id)?.Project.Account.ToString()
            : null;

    private void Measure()
    {
        _meter.CreateObservableGauge("keyward_audit_export_lag_entries",
            () => Couriers.Select(c => Of(c, s => s.Lag)),
            description: "Records of this node's log that a sink has not confirmed.");
        _meter.CreateObservableGauge("keyward_audit_export_lag_seconds", () => Couriers.Select(c => Of(c, s =>
            s.WaitingSince is { } since ? Math.Max(0, (_time.GetUtcNow() - since).TotalSeconds) : 0)),
            description: "Age of the oldest record that a sink has not confirmed.");
        _meter.CreateObservableCounter("keyward_audit_export_records",
            () => Couriers.Select(c => Of(c, s => s.Delivered)),
            description: "Records that a sink has confirmed since the start.");
        _meter.CreateObservableCounter("keyward_audit_export_failures",
            () => Couriers.Select(c => Of(c, s => s.Failures)),
            description: "Attempts that a sink did not confirm.");
    }

    private static Measurement<T> Of<T>(Courier courier, Func<DeliveryStatus, T> read) where T : struct =>
        new(read(courier.Status), new KeyValuePair<string, object?>("sink", courier.Name));
}
