using Keyward.Tests.Doors;
using Keyward.Tests.Doors.Rights;
using Keyward.Vault.Automation;
using Keyward.Vault.KeyUse;
using Keyward.Vault.Metrics;
using Keyward.Vault.Names;
using Keyward.Vault.Quotas;

namespace Keyward.Tests.Vault.KeyUse;

/// <summary>AES-GCM keys seal only so many messages, whatever counts them: several callers at once, other nodes, a
/// server that was killed.</summary>
public sealed class MessageBlocksTests
{
    private const string Raw = Scene.Ring + "/cryptoKeys/raw";
    private const long BlockSize = 1 << 16;

    [Fact]
    public async Task F10_The_last_message_of_an_AES_GCM_key_is_its_last()
    {
        await using var doors = await OpenAsync();
        Assert.Equal(0, Messages(doors));
        await EncryptAsync(doors, 1);
        Assert.Equal(BlockSize, Messages(doors));
        // As if others had sealed all but three messages beyond this block.
        await LeaseAsync(doors, LeaseMessages.MaximumMessages - BlockSize - 3);
        Assert.Equal(1, Share(doors), 6);
        for (var taken = 1; taken < BlockSize + 3; taken += 4_096)
            await Task.WhenAll(Enumerable.Range(0, (int)Math.Min(4_096, BlockSize + 3 - taken))
                .Select(_ => TakeAsync(doors)));
        var refused = await doors.SendAsync("POST", $"/v1/{Raw}/cryptoKeyVersions/1:rawEncrypt", Scene.Plaintext);
        Assert.Equal((400, "MESSAGES_EXHAUSTED"), (refused.Status, refused.Reason));
        Assert.Equal("FAILED_PRECONDITION", refused.Error.GetProperty("status").GetString());
        Assert.Equal(LeaseMessages.MaximumMessages, Messages(doors));
        // A new version begins anew.
        await doors.OkAsync("POST", $"/v1/{Raw}/cryptoKeyVersions", "{}");
        await EncryptAsync(doors, 2);
    }

    [Fact]
    public async Task After_a_crash_what_was_left_of_a_block_counts_as_sealed()
    {
        await using var doors = await OpenAsync();
        var first = await EncryptAsync(doors, 1);
        await using var again = await OpenDoors.OpenAsync(copyOf: doors.Folder);
        Assert.Equal(BlockSize, Messages(again));
        await EncryptAsync(again, 1);
        Assert.Equal(2 * BlockSize, Messages(again));
        var body = $$"""
            {"ciphertext":"{{first.GetProperty("ciphertext")}}","initializationVector":"{{first.GetProperty("initializationVector")}}"}
            """;
        await again.OkAsync("POST", $"/v1/{Raw}/cryptoKeyVersions/1:rawDecrypt", body);
    }

    [Fact]
    public async Task Modes_without_the_limit_are_not_counted()
    {
        await using var doors = await OpenAsync("AES_256_CTR");
        await EncryptAsync(doors, 1);
        Assert.Equal(0, Messages(doors));
    }

    private static async Task<OpenDoors> OpenAsync(string algorithm = "AES_256_GCM")
    {
        var doors = await OpenDoors.OpenAsync();
        await Scene.MakeKeyAsync(doors);
        await doors.OkAsync("POST", $"/v1/{Scene.Ring}/cryptoKeys?cryptoKeyId=raw",
            $$$"""{"purpose":"RAW_ENCRYPT_DECRYPT","versionTemplate":{"algorithm":"{{{algorithm}}}"}}""");
        return doors;
    }

    private static Task<System.Text.Json.JsonElement> EncryptAsync(OpenDoors doors, int version) =>
        doors.OkAsync("POST", $"/v1/{Raw}/cryptoKeyVersions/{version}:rawEncrypt", Scene.Plaintext);

    private static async Task TakeAsync(OpenDoors doors) =>
        Assert.Null(await doors.Gate.Messages.TakeAsync(doors.Gate.Vault!.Snapshot.Find(First)!));

    private static async Task LeaseAsync(OpenDoors doors, long wanted) => Assert.True((await new JobCaller(
            doors.Gate, "test").PassAsync("LeaseMessages", new LeaseMessages(First, wanted), CancellationToken.None))
        .IsOk);

    private static VersionName First =>
        VersionName.TryParse($"{Raw}/cryptoKeyVersions/1", out var name) ? name : default;

    private static long Messages(OpenDoors doors) => doors.Gate.Vault!.Snapshot.Find(First)!.Messages;

    private static double Share(OpenDoors doors)
    {
        var (snapshot, now) = (doors.Gate.Vault!.Snapshot, doors.Gate.Now);
        return QuotaGauges.Read(snapshot, doors.Gate.Rates, KeyCensus.Of(snapshot, now), now)
            .Single(m => Equals(m.Tags[0].Value, "messages_per_version")).Value;
    }
}
