using System.Text.Json;
using Keyward.Vault.Automation;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Doors.Google;

/// <summary>The life of keys and versions through the REST door, with the clock in the test's hand.</summary>
public sealed class LifecycleTests : IAsyncLifetime
{
    private const string Location = "/v1/projects/default/locations/global";
    private const string Ring = Location + "/keyRings/life";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private OpenDoors _doors = null!;

    public async ValueTask InitializeAsync()
    {
        _doors = await OpenDoors.OpenAsync(_time);
        await OkAsync("POST", Location + "/keyRings?keyRingId=life");
    }

    public ValueTask DisposeAsync() => _doors.DisposeAsync();

    [Fact]
    public async Task A_missed_schedule_is_made_up_for_by_one_rotation()
    {
        await OkAsync("POST", Ring + "/cryptoKeys?cryptoKeyId=k", Rotating("86400s", "2026-01-02T00:00:00Z"));
        await RotateAsync();
        Assert.EndsWith("/1", await PrimaryAsync());

        _time.Advance(TimeSpan.FromHours(24));
        await RotateAsync();
        Assert.EndsWith("/2", await PrimaryAsync());
        Assert.Equal("2026-01-03T00:00:00Z", (await KeyAsync()).GetProperty("nextRotationTime").GetString());
        await RotateAsync();
        Assert.EndsWith("/2", await PrimaryAsync());

        // Ten years away: one new version, and the next time lies ahead, on the schedule.
        _time.Advance(TimeSpan.FromDays(3_650) + TimeSpan.FromHours(5));
        await RotateAsync();
        Assert.EndsWith("/3", await PrimaryAsync());
        Assert.Equal("2036-01-01T00:00:00Z", (await KeyAsync()).GetProperty("nextRotationTime").GetString());
        Assert.Equal("86400s", (await KeyAsync()).GetProperty("rotationPeriod").GetString());
    }

    [Fact]
    public async Task A_rotation_without_a_period_happens_once()
    {
        await OkAsync("POST", Ring + "/cryptoKeys?cryptoKeyId=k",
            """{"purpose":"ENCRYPT_DECRYPT","nextRotationTime":"2026-01-02T00:00:00Z"}""");
        _time.Advance(TimeSpan.FromDays(2));
        await RotateAsync();
        Assert.EndsWith("/2", await PrimaryAsync());
        Assert.False((await KeyAsync()).TryGetProperty("nextRotationTime", out _));
        _time.Advance(TimeSpan.FromDays(400));
        await RotateAsync();
        Assert.EndsWith("/2", await PrimaryAsync());
    }

    [Fact]
    public async Task A_rotation_by_hand_leaves_the_schedule_alone()
    {
        await OkAsync("POST", Ring + "/cryptoKeys?cryptoKeyId=k", Rotating("172800s", "2026-01-03T00:00:00Z"));
        await OkAsync("POST", Ring + "/cryptoKeys/k/cryptoKeyVersions", "{}");
        await OkAsync("POST", Ring + "/cryptoKeys/k:updatePrimaryVersion", """{"cryptoKeyVersionId":"2"}""");
        Assert.Equal("2026-01-03T00:00:00Z", (await KeyAsync()).GetProperty("nextRotationTime").GetString());
    }

    [Theory]
    [InlineData("""{"purpose":"ENCRYPT_DECRYPT","rotationPeriod":"86400s"}""")]
    [InlineData("""{"purpose":"ENCRYPT_DECRYPT","rotationPeriod":"86399s","nextRotationTime":"2026-02-01T00:00:00Z"}""")]
    [InlineData("""{"purpose":"ENCRYPT_DECRYPT","rotationPeriod":"3153600001s","nextRotationTime":"2026-02-01T00:00:00Z"}""")]
    [InlineData("""{"purpose":"ENCRYPT_DECRYPT","nextRotationTime":"2026-01-01T00:00:00Z"}""")]
    [InlineData("""{"purpose":"ENCRYPT_DECRYPT","destroyScheduledDuration":"86399s"}""")]
    [InlineData("""{"purpose":"ENCRYPT_DECRYPT","destroyScheduledDuration":"10368001s"}""")]
    [InlineData("""{"purpose":"ENCRYPT_DECRYPT","destroyScheduledDuration":"-1s"}""")]
    [InlineData("""{"purpose":"ENCRYPT_DECRYPT","importOnly":true}""")]
    [InlineData("""{"purpose":"ENCRYPT_DECRYPT","labels":{"Upper":"x"}}""")]
    [InlineData("""{"purpose":"ENCRYPT_DECRYPT","labels":{"1st":"x"}}""")]
    [InlineData("""{"purpose":"ENCRYPT_DECRYPT","labels":{"a":"no blank"}}""")]
    [InlineData("""{"labels":{"a":"b"}}""")]
    public async Task A_rule_that_is_broken_is_refused_and_nothing_is_made(string key)
    {
        Assert.Equal((400, "INVALID_ARGUMENT"), await StatusAsync("POST", Ring + "/cryptoKeys?cryptoKeyId=k", key));
        Assert.Equal((404, "NOT_FOUND"), await StatusAsync("GET", Ring + "/cryptoKeys/k"));
    }

    [Theory]
    [InlineData("false", "&skipInitialVersionCreation=true", "", "86400s")]
    [InlineData("false", "", "", "10368000s")]
    [InlineData("true", "&skipInitialVersionCreation=true", "", "0s")]
    public async Task The_bounds_of_a_destruction_delay_are_allowed(string importOnly, string query, string none, string d)
    {
        var key = await OkAsync("POST", Ring + "/cryptoKeys?cryptoKeyId=k" + query + none,
            $$"""{"purpose":"ENCRYPT_DECRYPT","importOnly":{{importOnly}},"destroyScheduledDuration":"{{d}}"}""");
        Assert.Equal(d, key.GetProperty("destroyScheduledDuration").GetString());
    }

    [Fact]
    public async Task An_import_only_key_gets_no_generated_version_and_no_schedule()
    {
        await OkAsync("POST", Ring + "/cryptoKeys?cryptoKeyId=k&skipInitialVersionCreation=true",
            """{"purpose":"ENCRYPT_DECRYPT","importOnly":true}""");
        Assert.Equal((400, "FAILED_PRECONDITION"), await StatusAsync(
            "POST", Ring + "/cryptoKeys/k/cryptoKeyVersions", "{}"));
        Assert.Equal((400, "INVALID_ARGUMENT"), await StatusAsync("PATCH",
            Ring + "/cryptoKeys/k?updateMask=nextRotationTime", """{"nextRotationTime":"2026-02-01T00:00:00Z"}"""));
    }

    [Fact]
    public async Task What_the_mask_names_and_the_message_lacks_is_cleared()
    {
        await OkAsync("POST", Ring + "/cryptoKeys?cryptoKeyId=k",
            """{"purpose":"ENCRYPT_DECRYPT","labels":{"a":"b"},"rotationPeriod":"86400s","nextRotationTime":"2026-02-01T00:00:00Z"}""");
        Assert.Equal((400, "INVALID_ARGUMENT"), await StatusAsync("PATCH", Ring + "/cryptoKeys/k", "{}"));
        Assert.Equal((400, "INVALID_ARGUMENT"), await StatusAsync("PATCH",
            Ring + "/cryptoKeys/k?updateMask=next_rotation_time", "{}"));
        await OkAsync("PATCH", Ring + "/cryptoKeys/k?updateMask=labels,rotation_period,nextRotationTime", "{}");
        foreach (var field in (string[])["labels", "rotationPeriod", "nextRotationTime"])
            Assert.False((await KeyAsync()).TryGetProperty(field, out _), field);
        Assert.Equal((400, "INVALID_ARGUMENT"), await StatusAsync("PATCH",
            Ring + "/cryptoKeys/k?updateMask=purpose", """{"purpose":"ENCRYPT_DECRYPT"}"""));
    }

    [Fact]
    public async Task A_destroyed_version_and_then_its_key_can_be_deleted_for_ever()
    {
        const string version = Ring + "/cryptoKeys/k/cryptoKeyVersions/1";
        await OkAsync("POST", Ring + "/cryptoKeys?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""");
        Assert.Equal((400, "FAILED_PRECONDITION"), await StatusAsync("DELETE", version));
        Assert.Equal((400, "FAILED_PRECONDITION"), await StatusAsync("DELETE", Ring + "/cryptoKeys/k"));
        await OkAsync("POST", version + ":destroy", "{}");
        Assert.Equal((400, "FAILED_PRECONDITION"), await StatusAsync("DELETE", version));
        _time.Advance(TimeSpan.FromDays(30));

        // The job that erases has not run: deleting erases by itself.
        var done = await OkAsync("DELETE", version);
        Assert.True(done.GetProperty("done").GetBoolean());
        Assert.EndsWith("DeleteCryptoKeyVersionMetadata", done.GetProperty("metadata").GetProperty("@type").GetString());
        Assert.Equal((404, "NOT_FOUND"), await StatusAsync("GET", version));
        Assert.Equal(done.GetRawText(), (await OkAsync("GET", "/v1/" + done.GetProperty("name").GetString())).GetRawText());
        await OkAsync("POST", Ring + "/cryptoKeys/k/cryptoKeyVersions", "{}");
        await OkAsync("POST", Ring + "/cryptoKeys/k/cryptoKeyVersions/2:destroy", "{}");
        _time.Advance(TimeSpan.FromDays(30));
        await OkAsync("DELETE", Ring + "/cryptoKeys/k/cryptoKeyVersions/2");

        done = await OkAsync("DELETE", Ring + "/cryptoKeys/k");
        var retired = done.GetProperty("metadata").GetProperty("retiredResource").GetString();
        Assert.Equal((404, "NOT_FOUND"), await StatusAsync("GET", Ring + "/cryptoKeys/k"));
        Assert.Equal((409, "ALREADY_EXISTS"), await StatusAsync(
            "POST", Ring + "/cryptoKeys?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}"""));
        var list = await OkAsync("GET", Location + "/retiredResources");
        Assert.Equal("1", list.GetProperty("totalSize").GetString());
        var shown = list.GetProperty("retiredResources")[0];
        Assert.Equal(retired, shown.GetProperty("name").GetString());
        Assert.Equal(Ring[4..] + "/cryptoKeys/k", shown.GetProperty("originalResource").GetString());
        Assert.Equal("cloudkms.googleapis.com/CryptoKey", shown.GetProperty("resourceType").GetString());
        Assert.Equal(shown.GetRawText(), (await OkAsync("GET", "/v1/" + retired)).GetRawText());
        Assert.Equal(done.GetRawText(), (await OkAsync("GET", "/v1/" + done.GetProperty("name").GetString())).GetRawText());
    }

    [Theory]
    [InlineData("/operations/deleteCryptoKey.life.none", 404)]
    [InlineData("/operations/deleteCryptoKeyVersion.life.none.1", 404)]
    [InlineData("/operations/x", 404)]
    [InlineData("/retiredResources/00000000-0000-0000-0000-000000000000", 404)]
    [InlineData("/retiredResources/x", 400)]
    public async Task What_was_never_deleted_is_not_found(string path, int status) =>
        Assert.Equal(status, (await StatusAsync("GET", Location + path)).Status);

    [Fact]
    public async Task Jobs_show_when_they_ran_and_what_they_did()
    {
        await OkAsync("POST", Ring + "/cryptoKeys?cryptoKeyId=k", Rotating("86400s", "2026-01-02T00:00:00Z"));
        var gate = _doors.Keeper.Gate;
        IJob[] jobs = [new Rotation(gate, _time), new Destruction(gate, _doors.Keeper.Store, _time)];
        for (var hour = 0; hour < 48; hour++)
        {
            await gate.Jobs.RunDueAsync(jobs, default);
            await gate.Jobs.RunDueAsync(jobs, default);
            _time.Advance(TimeSpan.FromHours(1));
        }

        var shown = (await OkAsync("GET", "/keyward/v1/jobs")).GetProperty("jobs").EnumerateArray()
            .ToDictionary(j => j.GetProperty("name").GetString()!);
        Assert.Equal("48", shown["rotation"].GetProperty("runs").GetString());
        Assert.Equal("1", shown["rotation"].GetProperty("done").GetString());
        Assert.Equal("WAITING", shown["destruction"].GetProperty("state").GetString());
        Assert.Equal("2026-01-02T23:00:00Z", shown["destruction"].GetProperty("lastRunTime").GetString());
    }

    private static string Rotating(string period, string next) =>
        $$"""{"purpose":"ENCRYPT_DECRYPT","rotationPeriod":"{{period}}","nextRotationTime":"{{next}}"}""";

    private async Task RotateAsync() => await new Rotation(_doors.Keeper.Gate, _time).RunAsync(default);

    private Task<JsonElement> KeyAsync() => OkAsync("GET", Ring + "/cryptoKeys/k");

    private async Task<string> PrimaryAsync() =>
        (await KeyAsync()).GetProperty("primary").GetProperty("name").GetString()!;

    private Task<JsonElement> OkAsync(string method, string path, string body = "") =>
        _doors.OkAsync(method, path, body);

    private Task<(int Status, string Code)> StatusAsync(string method, string path, string body = "") =>
        _doors.StatusAsync(method, path, body);
}
