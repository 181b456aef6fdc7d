namespace Keyward.Tests.Doors;

/// <summary>A call that names itself is carried out once, however often and wherever it is sent.</summary>
public sealed class NamedCallTests
{
    private const string Keys = "/v1/projects/default/locations/global/keyRings/r/cryptoKeys";
    private const string Versions = $"{Keys}/k/cryptoKeyVersions";

    [Fact]
    public async Task A_repeated_call_does_nothing_again_and_says_what_became_of_the_first()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await doors.SendAsync("POST", "/v1/projects/default/locations/global/keyRings?keyRingId=r");
        await doors.SendAsync("POST", $"{Keys}?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""");
        var first = await doors.SendOnceAsync("one", "POST", Versions, "{}");
        Assert.Equal(200, first.Status);
        var second = await doors.SendOnceAsync("one", "POST", Versions, "{}");
        Assert.Equal((409, "ALREADY_DONE"), (second.Status, second.Reason));
        Assert.Contains(first.RequestId!, second.Text, StringComparison.Ordinal);
        Assert.Equal(2, await CountAsync(doors));

        // Another name, another method, another resource: other calls.
        Assert.Equal(200, (await doors.SendOnceAsync("two", "POST", Versions, "{}")).Status);
        Assert.Equal(200, (await doors.SendOnceAsync("one", "POST", $"{Keys}?cryptoKeyId=k2",
            """{"purpose":"ENCRYPT_DECRYPT"}""")).Status);
        // A refused call was not carried out: it may be tried again under its name.
        Assert.Equal(404, (await doors.SendOnceAsync("three", "POST", $"{Keys}/none/cryptoKeyVersions", "{}")).Status);
        Assert.Equal(404, (await doors.SendOnceAsync("three", "POST", $"{Keys}/none/cryptoKeyVersions", "{}")).Status);
        foreach (var bad in (string[])["", " ", new string('x', 129), "ä"])
            Assert.Equal(400, (await doors.SendOnceAsync(bad, "POST", Versions, "{}")).Status);
        Assert.Equal(3, await CountAsync(doors));

        // A start after a crash knows it as well.
        await using var again = await OpenDoors.OpenAsync(copyOf: doors.Folder);
        Assert.Equal("ALREADY_DONE", (await again.SendOnceAsync("one", "POST", Versions, "{}")).Reason);
        Assert.Equal(3, await CountAsync(again));
    }

    [Fact]
    public async Task Of_many_at_once_one_is_carried_out()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await doors.SendAsync("POST", "/v1/projects/default/locations/global/keyRings?keyRingId=r");
        await doors.SendAsync("POST", $"{Keys}?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""");
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            _ => doors.SendOnceAsync("one", "POST", Versions, "{}")));
        Assert.Single(replies, r => r.Status == 200);
        Assert.All(replies.Where(r => r.Status != 200),
            r => Assert.Contains(r.Reason, (string[])["ALREADY_DONE", "OVERLOADED"]));
        Assert.Equal(2, await CountAsync(doors));
    }

    private static async Task<int> CountAsync(OpenDoors doors) =>
        (await doors.SendAsync("GET", Versions)).Json.GetProperty("totalSize").GetInt32();
}
