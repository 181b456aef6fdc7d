using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Keyward.Server;
using Keyward.Server.Settings;
using Keyward.Vault.Keys;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Keyward.Delivery.Silences;

/// <summary>Opens a silence in Alertmanager before keys rotate by their schedules, so that nobody is called for what
/// was planned. It never covers an alert of the audit log or of an export, and ends by itself.</summary>
internal sealed class PlannedSilences(
    VaultKeeper keeper, LiveSettings live, TimeProvider time, ILogger<PlannedSilences> logger) : BackgroundService
{
    /// <summary>What a rotation may bring by itself; tickets all, and none that speaks of security.</summary>
    private const string Alerts = "KeywardRotationOverdue|KeywardDrift|KeywardLatency";

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>So long before the first key is due.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(10);

    /// <summary>So long after the last one.</summary>
    private static readonly TimeSpan Behind = TimeSpan.FromHours(1);

    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(10) };
    private DateTimeOffset _until;
    private string? _said;

    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    /// <summary>Opens a silence where keys are due soon that none covers yet.</summary>
    public async Task StepAsync(CancellationToken cancellation)
    {
        if (live.Current.Alertmanager is not { } address || keeper.Membership is { IsLeading: false }
            || keeper.Gate.Vault is not { } vault) return;
        var now = keeper.Gate.Now;
        var due = vault.Snapshot.Keys.Select(k => k.Key)
            .Where(k => k is { State: KeyState.Enabled, IsReplica: false } && k.NextRotationTime > _until
                && k.NextRotationTime > now && k.NextRotationTime <= now + Ahead).ToList();
        if (due.Count == 0) return;
        var last = due.Max(k => k.NextRotationTime!.Value);
        var started = time.GetUtcNow();
        var silence = new JsonObject
        {
            ["matchers"] = new JsonArray(new JsonObject
            {
                ["name"] = "alertname", ["value"] = Alerts, ["isRegex"] = true, ["isEqual"] = true,
            }),
            ["startsAt"] = Text(started), ["endsAt"] = Text(started + (last - now) + Behind),
            ["createdBy"] = "keyward " + keeper.Gate.Settings.Node,
            ["comment"] = string.Create(CultureInfo.InvariantCulture,
                $"Planned rotation of {due.Count} keys, the last at {last.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}"),
        };
        using var answer = await _client.PostAsJsonAsync(new Uri(address.ToString().TrimEnd('/') + "/api/v2/silences"),
            silence, cancellation).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"it answered {(int)answer.StatusCode}");
        _until = last;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do await TryAsync(stoppingToken).ConfigureAwait(false);
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task TryAsync(CancellationToken stopping)
    {
        try
        {
            await StepAsync(stopping).ConfigureAwait(false);
            _said = null;
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested
            && failure is HttpRequestException or TaskCanceledException)
        {
            if (_said != failure.Message) Log.NotSilenced(logger, failure.Message);
            _said = failure.Message;
        }
    }

    private static string Text(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
