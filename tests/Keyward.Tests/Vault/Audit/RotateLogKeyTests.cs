using Keyward.Keystores.Root;
using Keyward.Tests.Doors;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Verification;

namespace Keyward.Tests.Vault.Audit;

public sealed class RotateLogKeyTests
{
    [Fact]
    public async Task A_rotated_log_holds_by_the_newer_key_and_by_the_one_before()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var log = doors.Keeper.AuditLog;
        var keys = new List<VerifierKey> { log.Tree!.Keys.Single() };
        for (var i = 0; i < 2; i++)
        {
            var reply = await doors.SendAsync("POST", "/keyward/v1/audit:rotateKey", "{}");
            Assert.True(VerifierKey.TryParse(reply.Json.GetProperty("vkey").GetString()!, out var key));
            keys.Add(key);
            doors.Keeper.FollowLog();
            var signed = await log.Tree.CoverAsync(log.Size);
            // The round that covers it may have begun with the keys before.
            while (!signed.Note.Signatures.Any(s => s.KeyId == key.Id))
            {
                await doors.SendAsync("GET", "/keyward/v1/witness");
                signed = await log.Tree.CoverAsync(log.Size);
            }

            Assert.Equal([keys[^1].Id, keys[^2].Id], signed.Note.Signatures.Select(s => s.KeyId));
        }

        var folder = Path.Combine(doors.Folder, "audit", LogKeys.FolderOf(log.Origin));
        foreach (var key in keys.Skip(1))
            Assert.Empty((await new LogVerifier([key], NoteSigner.IsGood).VerifyFolderAsync(folder, log.Origin, default)).Faults);
        Assert.NotEmpty((await new LogVerifier([keys[0]], NoteSigner.IsGood)
            .VerifyFolderAsync(folder, log.Origin, default)).Faults);
        Assert.Equal(keys.Select(k => k.ToString()), await File.ReadAllLinesAsync(Path.Combine(doors.Folder, "audit/vkey")));
    }

    [Fact]
    public async Task A_log_that_is_none_has_no_key_to_rotate()
    {
        await using var doors = await OpenDoors.OpenAsync();
        Assert.Equal(404, (await doors.SendAsync(
            "POST", "/keyward/v1/audit:rotateKey", """{"log":"keyward/other/node"}""")).Status);
    }
}
