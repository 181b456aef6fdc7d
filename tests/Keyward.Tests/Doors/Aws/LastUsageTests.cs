using System.Text.Json;

namespace Keyward.Tests.Doors.Aws;

/// <summary>GetKeyLastUsage over a restart: what was before stands in the log.</summary>
public sealed class LastUsageTests
{
    [Fact]
    public async Task A_use_before_the_start_is_told_with_its_request()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var made = await doors.CallAwsAsync("TrentService.CreateKey", "{}");
        var id = made.Json.GetProperty("KeyMetadata").GetProperty("KeyId").GetString();
        Assert.False((await UsageAsync(doors, id)).TryGetProperty("KeyLastUsage", out _));
        var used = await doors.CallAwsAsync(
            "TrentService.GenerateDataKey", $$"""{"KeyId":"{{id}}","KeySpec":"AES_256"}""");
        Assert.Equal(200, used.Status);
        var here = (await UsageAsync(doors, id)).GetProperty("KeyLastUsage");

        await using var again = await OpenDoors.OpenAsync(copyOf: doors.Folder);
        var there = await UsageAsync(again, id);
        Assert.Equal("GenerateDataKey", there.GetProperty("KeyLastUsage").GetProperty("Operation").GetString());
        Assert.Equal(here.GetProperty("KmsRequestId").GetString(),
            there.GetProperty("KeyLastUsage").GetProperty("KmsRequestId").GetString());
        // The log knows the key's whole life.
        Assert.Equal(there.GetProperty("KeyCreationDate").GetDouble(), there.GetProperty("TrackingStartDate").GetDouble());
    }

    private static async Task<JsonElement> UsageAsync(OpenDoors doors, string? id)
    {
        var reply = await doors.CallAwsAsync("TrentService.GetKeyLastUsage", $$"""{"KeyId":"{{id}}"}""");
        Assert.True(reply.Status == 200, reply.Text);
        return reply.Json;
    }
}
