using System.Text;
using System.Text.Json;
using Keyward.Tests.Conformance;
using Keyward.Tests.Doors;
using Microsoft.Data.Sqlite;

namespace Keyward.Tests.Stores;

/// <summary>Row F58: each write and each flush of the store fails in turn while keys change. What fails is refused with a
/// documented code, what was acknowledged is there after a restart with its record, and the same server serves on as soon
/// as the disk does.</summary>
public sealed class StoreFaultTests
{
    private const string Ring = "/v1/projects/default/locations/global/keyRings/r";

    private const int CheckedEvery = 10;

    private readonly List<string> _acknowledged = [];

    [Theory]
    [InlineData(FaultyVfs.Full, 10)]
    [InlineData(FaultyVfs.FlushError, 3)]
    public async Task F58_Each_failing_write_or_flush_of_the_store_is_refused_and_loses_nothing(int code, int atLeast)
    {
        FaultyVfs.Register();
        await using var doors = await OpenDoors.OpenAsync();
        Assert.Equal(200, (await doors.SendAsync("POST", Ring[..Ring.LastIndexOf('/')] + "?keyRingId=r")).Status);
        var round = 0;
        // Ends with the first round that ran to its end before its failure was due.
        while (await RoundAsync(doors, code, round)) round++;
        Assert.InRange(round, atLeast, 500);
        await doors.CloseAsync();
        await CheckAsync(doors.Folder, round);
    }

    private async Task<bool> RoundAsync(OpenDoors doors, int code, int round)
    {
        FaultyVfs.Arm(doors.Folder, code, round);
        foreach (var change in Changes(round)) await TryAsync(doors, change, round);
        // What lies on the disk now is what a crash at this moment would leave.
        using var crashed = new TemporaryFolder();
        var isChecked = code == FaultyVfs.FlushError || round % CheckedEvery == 0;
        if (isChecked) OpenDoors.Copy(doors.Folder, crashed.Path);
        var failed = FaultyVfs.Disarm();
        if (isChecked) await CheckAsync(crashed.Path, round - 1);
        // The disk is good again, and so is the server: what was refused can be done, or was done in truth.
        foreach (var (method, path, body) in Changes(round))
            Assert.Contains((await doors.SendAsync(method, path, body)).Status, (int[])[200, 409]);
        return failed;
    }

    private static (string Method, string Path, string Body)[] Changes(int round)
    {
        var key = $"{Ring}/cryptoKeys/k{round}";
        return
        [
            ("POST", $"{Ring}/cryptoKeys?cryptoKeyId=k{round}", """{"purpose":"ENCRYPT_DECRYPT"}"""),
            ("PATCH", $"{key}/cryptoKeyVersions/1?updateMask=state", """{"state":"DISABLED"}"""),
            ("POST", $"{key}:setIamPolicy",
                """{"policy":{"bindings":[{"role":"roles/cloudkms.viewer","members":["user:a@b.example"]}]}}"""),
        ];
    }

    private async Task TryAsync(OpenDoors doors, (string Method, string Path, string Body) change, int round)
    {
        var reply = await doors.SendAsync(change.Method, change.Path, change.Body);
        // 404: what an earlier change did not make cannot be changed.
        Assert.True(reply.Status is 200 or 503 or 404, $"failure {round}: {reply.Status} {reply.Text}");
        if (reply.Status == 503) Assert.Contains(reply.Reason, (string[])["STORE_UNAVAILABLE", "OUTCOME_UNKNOWN"]);
        if (reply.Status == 200) _acknowledged.Add(reply.RequestId!);
    }

    /// <summary>Opens a folder as a start after a crash does, and looks for all that was acknowledged.</summary>
    private async Task CheckAsync(string folder, int whole)
    {
        await using var again = await OpenDoors.OpenAsync(copyOf: folder);
        Assert.Equal("ok", Integrity(again.Folder));
        for (var round = 0; round <= whole; round++)
        {
            var version = await again.SendAsync("GET", $"{Ring}/cryptoKeys/k{round}/cryptoKeyVersions/1");
            Assert.Equal((200, "DISABLED"), (version.Status, version.Json.GetProperty("state").GetString()));
        }

        var logged = await LoggedAsync(again);
        Assert.DoesNotContain(_acknowledged, id => !logged.Contains(id));
    }

    private static string Integrity(string folder)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "keyward.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return (string)command.ExecuteScalar()!;
    }

    private static async Task<HashSet<string>> LoggedAsync(OpenDoors doors)
    {
        var ids = new HashSet<string>();
        await foreach (var (_, entry) in doors.Keeper.AuditLog.ReadAsync(0, default))
            ids.Add(JsonDocument.Parse(Encoding.UTF8.GetString(entry.Span)).RootElement.GetProperty("id").GetString()!);
        return ids;
    }
}
