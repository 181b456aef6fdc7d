using Keyward.Tests.Doors;
using Keyward.Vault.Automation;
using Keyward.Vault.Names;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Vault.Automation;

/// <summary>Which keys stand otherwise than they should, and that the scan counts the same.</summary>
public sealed class DriftTests : IAsyncLifetime
{
    private const string Ring = "/v1/projects/default/locations/global/keyRings";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private OpenDoors _doors = null!;

    public async ValueTask InitializeAsync()
    {
        _doors = await OpenDoors.OpenAsync(_time);
        await _doors.SendAsync("POST", Ring + "?keyRingId=r");
        foreach (var key in (string[])["old", "off", "open"])
            Assert.Equal(200, (await _doors.SendAsync(
                "POST", $"{Ring}/r/cryptoKeys?cryptoKeyId={key}", """{"purpose":"ENCRYPT_DECRYPT"}""")).Status);
    }

    [Fact]
    public async Task Each_rule_finds_its_keys_and_nothing_else()
    {
        Assert.Empty(await DriftAsync());
        await _doors.SendAsync("PATCH", Ring + "/r/cryptoKeys/off/cryptoKeyVersions/1?updateMask=state", """{"state":"DISABLED"}""");
        await _doors.SendAsync("POST", Ring + "/r/cryptoKeys/open:setIamPolicy",
            """{"policy":{"bindings":[{"role":"roles/cloudkms.viewer","members":["allUsers"]}]}}""");
        Assert.Equal(["off primary_off", "open open_to_everybody"], await DriftAsync());
        var shown = (await _doors.SendAsync("GET", "/keyward/v1/projects/default/drift")).Json.GetProperty("drift");
        Assert.Equal("primary_off", shown[0].GetProperty("rule").GetString());
        _time.Advance(TimeSpan.FromDays(366));
        Assert.Equal(["off no_rotation", "off primary_off", "old no_rotation", "open no_rotation",
            "open open_to_everybody"], await DriftAsync());

        Assert.Equal(5, (await new DriftScan(_doors.Gate, _time).RunAsync(default)).Done);
        var figures = _doors.Gate.Jobs.Drift!;
        Assert.Equal((3, 1, 0), (figures.Counts[DriftRule.NoRotation], figures.Counts[DriftRule.PrimaryOff],
            figures.Counts[DriftRule.RotationOverdue]));
        Assert.Equal(_time.GetUtcNow(), figures.Time);
    }

    public ValueTask DisposeAsync() => _doors.DisposeAsync();

    private async Task<IEnumerable<string>> DriftAsync()
    {
        Assert.True(ProjectId.TryParse("default", out var project));
        var found = await new JobCaller(_doors.Gate, "test").PassAsync(
            "Test", new ReadDrift(project), default);
        return found.Value.Select(d => $"{d.Key.Key} {d.Rule.Label()}").Order(StringComparer.Ordinal);
    }
}
