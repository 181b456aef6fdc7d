using System.Text;
using Keyward.Tests.Doors;
using Keyward.Vault.Automation;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Vault.Identities;

/// <summary>Last use, maximum age and idle time of credentials, through the real gate.</summary>
public sealed class CredentialUsesTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_use_is_shown_at_once_and_written_down_by_the_job()
    {
        await using var doors = await OpenDoors.OpenAsync(_time);
        Assert.Equal(200, await UseAsync(doors));
        var snapshot = doors.Gate.Vault!.Snapshot;
        Assert.Empty(snapshot.CredentialUses);
        Assert.Single(doors.Gate.CredentialUses.Due(snapshot));
        Assert.Equal(1, (await new LastUseNotes(doors.Gate).RunAsync(CancellationToken.None)).Done);
        var written = Assert.Single(doors.Gate.Vault!.Snapshot.CredentialUses);
        Assert.Equal(_time.GetUtcNow(), written.Value.LastUseTime);

        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(200, await UseAsync(doors));
        Assert.Equal(_time.GetUtcNow(), doors.Gate.CredentialUses.LastOf(doors.Gate.Vault!.Snapshot, written.Key));
        Assert.Equal(0, (await new LastUseNotes(doors.Gate).RunAsync(CancellationToken.None)).Done);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(200, await UseAsync(doors));
        Assert.Equal(1, (await new LastUseNotes(doors.Gate).RunAsync(CancellationToken.None)).Done);
    }

    [Fact]
    public async Task What_is_too_old_or_unused_for_too_long_is_refused_until_the_rule_is_eased()
    {
        await using var doors = await OpenDoors.OpenAsync(_time);
        var settings = doors.Gate.Settings;
        doors.Gate.Apply(settings with { CredentialMaximumIdle = TimeSpan.FromDays(30) });
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromDays(20));
            Assert.Equal(200, await UseAsync(doors));
        }

        _time.Advance(TimeSpan.FromDays(30));
        Assert.Equal(401, await UseAsync(doors));
        doors.Gate.Apply(settings with { CredentialMaximumAge = TimeSpan.FromDays(91) });
        Assert.Equal(200, await UseAsync(doors));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(401, await UseAsync(doors));
        doors.Gate.Apply(settings);
        Assert.Equal(200, await UseAsync(doors));
    }

    [Fact]
    public async Task Stale_ones_are_listed()
    {
        await using var doors = await OpenDoors.OpenAsync(_time);
        var account = await SendAsync(doors, "POST", "/keyward/v1/projects/default/serviceAccounts",
            """{"name":"forgotten"}""");
        var email = account.Json.GetProperty("email").GetString();
        var made = await SendAsync(doors, "POST", $"/keyward/v1/serviceAccounts/{email}/keyFiles", "{}");
        _time.Advance(TimeSpan.FromDays(100));
        var stale = await SendAsync(doors, "GET", "/keyward/v1/projects/default/staleCredentials", "");
        var listed = stale.Json.GetProperty("credentials").EnumerateArray().ToList();
        // The administrator's access key was never used either; the key file was, by this call.
        Assert.Equal(2, listed.Count);
        Assert.Contains(listed, c => c.GetProperty("id").GetString()
            == made.Json.GetProperty("privateKeyId").GetString() && !c.TryGetProperty("lastUseTime", out _));
        stale = await SendAsync(doors, "GET", "/keyward/v1/projects/default/staleCredentials?idleDays=101", "");
        Assert.False(stale.Json.TryGetProperty("credentials", out var none) && none.GetArrayLength() > 0);
    }

    private static async Task<int> UseAsync(OpenDoors doors) =>
        (await SendAsync(doors, "GET", "/v1/projects/default/locations", "")).Status;

    private static Task<RestReply> SendAsync(OpenDoors doors, string method, string path, string body) =>
        doors.SendAsync(method, path, Encoding.UTF8.GetBytes(body), doors.NewToken());
}
