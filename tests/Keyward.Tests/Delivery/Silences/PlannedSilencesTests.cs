using System.Diagnostics;
using System.Text.Json;
using Keyward.Delivery.Silences;
using Keyward.Server.Settings;
using Keyward.Tests.Conformance;
using Keyward.Tests.Doors;
using Keyward.Tests.Tidy;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keyward.Tests.Delivery.Silences;

/// <summary>A real Alertmanager is told of a planned rotation, once.</summary>
public sealed class PlannedSilencesTests
{
    private const string Program = "/usr/bin/prometheus-alertmanager";
    private const string Ring = "/v1/projects/default/locations/global/keyRings";

    [Fact]
    public async Task A_planned_rotation_is_silenced_once_and_nothing_of_the_log_is()
    {
        Assert.True(File.Exists(Program), "Alertmanager is not installed: ./test installs prometheus-alertmanager.");
        using var folder = new TemporaryFolder();
        var port = Ports.Next();
        using var manager = Process.Start(new ProcessStartInfo(Program,
        [
            "--config.file=" + Path.Combine(SourceTests.FindRoot(), "deploy/alerts/alertmanager.yml"),
            "--storage.path=" + folder.Path, $"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=",
        ])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        })!;
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
            await UntilItListensAsync(manager);
            await using var doors = await OpenDoors.OpenAsync(TimeProvider.System);
            using var silences = new PlannedSilences(doors.Keeper, new LiveSettings(ServerSettings.Of(SettingReader.Read(
                new Dictionary<string, string>(), new Dictionary<string, string>
                {
                    ["KEYWARD_ALERTS_ALERTMANAGER"] = client.BaseAddress.ToString(),
                }, null))), TimeProvider.System, NullLogger<PlannedSilences>.Instance);
            await silences.StepAsync(default);
            Assert.Equal(0, (await SilencesAsync(client)).GetArrayLength());
            await doors.SendAsync("POST", Ring + "?keyRingId=r");
            var due = DateTimeOffset.UtcNow.AddMinutes(5);
            Assert.Equal(200, (await doors.SendAsync("POST", Ring + "/r/cryptoKeys?cryptoKeyId=k",
                $$"""{"purpose":"ENCRYPT_DECRYPT","rotationPeriod":"86400s","nextRotationTime":"{{due:O}}"}""")).Status);
            for (var i = 0; i < 2; i++) await silences.StepAsync(default);
            var silence = (await SilencesAsync(client)).EnumerateArray().Single();
            Assert.Equal("active", silence.GetProperty("status").GetProperty("state").GetString());
            Assert.InRange(silence.GetProperty("endsAt").GetDateTimeOffset(), due.AddMinutes(59), due.AddMinutes(61));
            var matcher = silence.GetProperty("matchers").EnumerateArray().Single().GetProperty("value").GetString()!;
            Assert.Contains("KeywardRotationOverdue", matcher);
            foreach (var never in (string[])["Audit", "Export", "Anomal"]) Assert.DoesNotContain(never, matcher);
        }
        finally
        {
            manager.Kill();
            await manager.WaitForExitAsync();
        }
    }

    private static async Task<JsonElement> SilencesAsync(HttpClient client) => JsonDocument.Parse(
        await client.GetStringAsync(new Uri("api/v2/silences", UriKind.Relative))).RootElement;

    /// <summary>It says so on standard error.</summary>
    private static async Task UntilItListensAsync(Process manager)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        string? said;
        do said = await manager.StandardError.ReadLineAsync(patience.Token);
        while (said is not null && !said.Contains("Listening on", StringComparison.Ordinal));
        Assert.True(said is not null, "Alertmanager ended instead of listening.");
    }
}
