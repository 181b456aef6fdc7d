using System.Globalization;
using System.Text;
using System.Text.Json;
using Keyward.Tests.Doors;
using Keyward.Vault.Metrics;
using Keyward.Vault.Quotas;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Vault.Quotas;

/// <summary>Limits as callers meet them, through the real gate, with a clock that the test moves.</summary>
public sealed class QuotaTests
{
    private const string Ring = "projects/default/locations/global/keyRings/quotas";
    private const string Key = Ring + "/cryptoKeys/k";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_rate_refuses_with_what_it_is_and_when_to_try_again_and_fills_with_time()
    {
        await using var doors = await OpenAsync();
        await SetAsync(doors, Key, "requests_per_minute", 2);
        Assert.Equal(200, (await EncryptAsync(doors, 1)).Status);
        Assert.Equal(200, (await EncryptAsync(doors, 1)).Status);
        var refused = await EncryptAsync(doors, 1);
        Assert.Equal(429, refused.Status);
        Assert.Equal("RESOURCE_EXHAUSTED", refused.Error.GetProperty("status").GetString());
        Assert.Equal("RATE_EXCEEDED", refused.Reason);
        var details = refused.Error.GetProperty("details");
        var metadata = details[0].GetProperty("metadata");
        Assert.Equal("requests_per_minute", metadata.GetProperty("quota_metric").GetString());
        Assert.Equal("2", metadata.GetProperty("quota_limit_value").GetString());
        Assert.Equal(Key, metadata.GetProperty("consumer").GetString());
        Assert.EndsWith("google.rpc.RetryInfo", details[1].GetProperty("@type").GetString());
        Assert.Equal("30s", details[1].GetProperty("retryDelay").GetString());

        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(200, (await EncryptAsync(doors, 1)).Status);
        Assert.Equal(429, (await EncryptAsync(doors, 1)).Status);
        await SetAsync(doors, Key, "requests_per_minute", null);
        for (var i = 0; i < 5; i++) Assert.Equal(200, (await EncryptAsync(doors, 1)).Status);
    }

    [Fact]
    public async Task Bytes_of_a_project_are_counted_and_setting_a_limit_is_always_possible()
    {
        await using var doors = await OpenAsync();
        await SetAsync(doors, "projects/default", "bytes_per_minute", 1_000);
        Assert.Equal(200, (await EncryptAsync(doors, 900)).Status);
        Assert.Equal(429, (await EncryptAsync(doors, 900)).Status);
        Assert.Equal(200, (await EncryptAsync(doors, 100)).Status);
        await SetAsync(doors, "projects/default", "requests_per_minute", 0);
        Assert.Equal(429, (await EncryptAsync(doors, 1)).Status);
        var shown = await doors.SendAsync("GET", "/keyward/v1/projects/default/quotas");
        Assert.Equal(1, Quota(shown, "requests_per_minute").GetProperty("used").GetDouble());
        await SetAsync(doors, "projects/default", "requests_per_minute", null);
        await SetAsync(doors, "projects/default", "bytes_per_minute", null);
        Assert.Equal(200, (await EncryptAsync(doors, 900)).Status);
    }

    [Fact]
    public async Task Counts_are_limited_and_shown()
    {
        await using var doors = await OpenAsync();
        var shown = await doors.SendAsync("GET", "/keyward/v1/projects/default/quotas");
        Assert.Equal("10000", Quota(shown, "key_rings").GetProperty("limit").GetString());
        Assert.False(Quota(shown, "requests_per_minute").TryGetProperty("limit", out _));
        foreach (var metric in (string[])["key_rings", "crypto_keys", "versions_per_key", "key_files_per_account"])
            await SetAsync(doors, "projects/default", metric, 1);
        foreach (var (path, body) in ((string, string)[])
        [
            ("/v1/projects/default/locations/global/keyRings?keyRingId=more", "{}"),
            ($"/v1/{Ring}/cryptoKeys?cryptoKeyId=more", """{"purpose":"ENCRYPT_DECRYPT"}"""),
            ($"/v1/{Key}/cryptoKeyVersions", "{}"),
        ])
        {
            var refused = await SendAsync(doors, "POST", path, body);
            Assert.Equal((429, "QUOTA_EXCEEDED"), (refused.Status, refused.Reason));
        }

        await SetAsync(doors, Key, "versions_per_key", 2);
        Assert.Equal(200, (await SendAsync(doors, "POST", $"/v1/{Key}/cryptoKeyVersions", "{}")).Status);
    }

    [Theory]
    [InlineData("projects/default", "no_such", "1")]
    [InlineData("projects/default", "requests_per_minute", "-1")]
    [InlineData(Key, "key_rings", "1")]
    public async Task What_is_no_limit_is_refused(string name, string metric, string limit)
    {
        await using var doors = await OpenAsync();
        Assert.Equal(400, (await SendAsync(doors, "POST", $"/keyward/v1/{name}/quotas",
            $$"""{"metric":"{{metric}}","limit":"{{limit}}"}""")).Status);
    }

    private async Task<OpenDoors> OpenAsync()
    {
        var doors = await OpenDoors.OpenAsync(_time);
        Assert.Equal(200, (await SendAsync(doors, "POST",
            "/v1/projects/default/locations/global/keyRings?keyRingId=quotas", "{}")).Status);
        Assert.Equal(200, (await SendAsync(doors, "POST", $"/v1/{Ring}/cryptoKeys?cryptoKeyId=k",
            """{"purpose":"ENCRYPT_DECRYPT"}""")).Status);
        return doors;
    }

    [Fact]
    public async Task How_near_the_nearest_is_to_each_limit_is_measured()
    {
        await using var doors = await OpenAsync();
        await SetAsync(doors, "projects/default", "versions_per_key", 10);
        Assert.Equal(0.1, Shares(doors)["versions_per_key"], 3);
        // A limit of the key's own counts for it, however near the others are to the project's.
        await SetAsync(doors, Key, "versions_per_key", 2);
        Assert.Equal(0.5, Shares(doors)["versions_per_key"], 3);
        await doors.OkAsync("POST", $"/v1/{Key}/cryptoKeyVersions", "{}");
        Assert.Equal(1, Shares(doors)["versions_per_key"], 3);
        await SetAsync(doors, Key, "versions_per_key", 1_000);
        Assert.Equal(0.002, Shares(doors)["versions_per_key"], 4);
        await SetAsync(doors, "projects/default", "key_rings", 4);
        await SetAsync(doors, "projects/default", "key_files_per_account", 4);
        await SetAsync(doors, "projects/default", "requests_per_minute", 100);
        var shares = Shares(doors);
        Assert.Equal((0.25, 0.25), (shares["key_rings"], shares["key_files_per_account"]));
        Assert.Equal(["crypto_keys", "key_files_per_account", "key_rings", "requests_per_minute", "service_accounts",
            "versions_per_key"], shares.Keys.Order());
    }

    private Dictionary<string, double> Shares(OpenDoors doors)
    {
        var (snapshot, now) = (doors.Gate.Vault!.Snapshot, _time.GetUtcNow());
        return QuotaGauges.Read(snapshot, doors.Gate.Rates, KeyCensus.Of(snapshot, now), now)
            .ToDictionary(m => (string)m.Tags[0].Value!, m => m.Value);
    }

    private static async Task SetAsync(OpenDoors doors, string name, string metric, long? limit)
    {
        var value = limit is { } number
            ? $",\"limit\":\"{number.ToString(CultureInfo.InvariantCulture)}\"" : "";
        var reply = await SendAsync(doors, "POST", $"/keyward/v1/{name}/quotas", $$"""{"metric":"{{metric}}"{{value}}}""");
        Assert.True(reply.Status == 200, reply.Text);
    }

    private static Task<RestReply> EncryptAsync(OpenDoors doors, int size) => SendAsync(
        doors, "POST", $"/v1/{Key}:encrypt", $$"""{"plaintext":"{{Convert.ToBase64String(new byte[size])}}"}""");

    private static Task<RestReply> SendAsync(OpenDoors doors, string method, string path, string body) =>
        doors.SendAsync(method, path, Encoding.UTF8.GetBytes(body), doors.NewToken());

    private static JsonElement Quota(RestReply reply, string metric) => reply.Json.GetProperty("quotas")
        .EnumerateArray().Single(q => q.GetProperty("metric").GetString() == metric);
}
