using System.Text.Json;
using Keyward.Vault.Automation;

namespace Keyward.Tests.Doors.Google;

/// <summary>Versions whose material is not there yet. SLH-DSA keys take a second and are not made before they are asked
/// for, so that a creation without patience always finds none.</summary>
public sealed class GenerationTests
{
    private const string Ring = "/v1/projects/default/locations/global/keyRings/slow";
    private const string Key = Ring + "/cryptoKeys/k";

    [Fact]
    public async Task A_version_is_pending_until_the_server_has_made_it()
    {
        await using var doors = await OpenDoors.OpenAsync();
        doors.Gate.Apply(doors.Gate.Settings with { CreationPatience = TimeSpan.Zero });
        Assert.Equal(200, (await doors.SendAsync("POST", Ring[..^5] + "?keyRingId=slow", "{}")).Status);
        var made = await doors.SendAsync("POST", Ring + "/cryptoKeys?cryptoKeyId=k",
            """{"purpose":"ASYMMETRIC_SIGN","versionTemplate":{"algorithm":"PQ_SIGN_SLH_DSA_SHA2_128S"}}""");
        Assert.Equal(200, made.Status);
        var version = await GetAsync(doors);
        Assert.Equal("PENDING_GENERATION", version.GetProperty("state").GetString());
        Assert.False(version.TryGetProperty("generateTime", out _));

        var refused = await doors.SendAsync("POST", Key + "/cryptoKeyVersions/1:asymmetricSign", """{"data":"YQ=="}""");
        Assert.Equal((400, "FAILED_PRECONDITION"), (refused.Status, refused.Error.GetProperty("status").GetString()));
        foreach (var what in (string[])[":destroy", ":restore"])
            Assert.Equal(400, (await doors.SendAsync("POST", Key + "/cryptoKeyVersions/1" + what, "{}")).Status);

        var job = new Generation(doors.Gate);
        // On a busy machine a run may give up waiting, and the next goes on.
        for (var runs = 0; (await job.RunAsync(default)).Done == 0; runs++) Assert.InRange(runs, 0, 10);
        version = await GetAsync(doors);
        Assert.Equal("ENABLED", version.GetProperty("state").GetString());
        Assert.True(version.TryGetProperty("generateTime", out _));
        var signed = await doors.SendAsync("POST", Key + "/cryptoKeyVersions/1:asymmetricSign", """{"data":"YQ=="}""");
        Assert.Equal(200, signed.Status);
        // Nothing waits any more, and nothing is made twice.
        Assert.Equal(default, await job.RunAsync(default));
        Assert.Equal(default, await job.RunAsync(default));
    }

    private static async Task<JsonElement> GetAsync(OpenDoors doors)
    {
        var reply = await doors.SendAsync("GET", Key + "/cryptoKeyVersions/1");
        Assert.Equal(200, reply.Status);
        return reply.Json;
    }
}
