using System.Security.Cryptography;
using System.Text.Json;
using Keyward.Vault.Gate;
using Keyward.Vault.KeyUse;

namespace Keyward.Tests.Doors.Google;

public sealed class AlgorithmTests
{
    private const string Location = "/v1/projects/default/locations/us-east-1";

    [Fact]
    public async Task A_key_made_at_the_aws_door_shows_and_uses_its_first_scheme()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var made = await doors.CallAwsAsync("TrentService.CreateKey", """{"KeySpec":"RSA_2048","KeyUsage":"SIGN_VERIFY"}""");
        Assert.True(made.Status == 200, made.Text);
        var id = made.Json.GetProperty("KeyMetadata").GetProperty("KeyId").GetString();
        var version = $"{Location}/keyRings/aws/cryptoKeys/{id}/cryptoKeyVersions/1";
        var half = await doors.SendAsync("GET", version + "/publicKey");
        Assert.Equal("RSA_SIGN_PSS_2048_SHA256", half.Json.GetProperty("algorithm").GetString());

        var digest = SHA256.HashData("message"u8);
        var signed = await doors.SendAsync("POST", version + ":asymmetricSign",
            JsonSerializer.Serialize(new { digest = new { sha256 = digest } }));
        Assert.True(signed.Status == 200, signed.Text);
        using var key = RSA.Create();
        key.ImportFromPem(half.Json.GetProperty("pem").GetString());
        Assert.True(key.VerifyHash(digest, signed.Json.GetProperty("signature").GetBytesFromBase64(),
            HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
    }

    [Fact]
    public async Task Encryption_goes_on_while_the_slow_lane_is_full()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await doors.SendAsync("POST", Location + "/keyRings?keyRingId=r", "{}");
        await doors.SendAsync("POST", Location + "/keyRings/r/cryptoKeys?cryptoKeyId=fast",
            """{"purpose":"ENCRYPT_DECRYPT"}""");
        await doors.SendAsync("POST", Location + "/keyRings/r/cryptoKeys?cryptoKeyId=slow",
            """{"purpose":"ASYMMETRIC_SIGN","versionTemplate":{"algorithm":"EC_SIGN_P384_SHA384"}}""");
        using var go = new ManualResetEventSlim();
        var blocked = Enumerable.Range(0, SlowLane.Shared.Lanes).Select(_ => Task.Run(() => SlowLane.Shared.RunAsync(() =>
        {
            go.Wait();
            return Outcome.Of(0);
        }).AsTask())).ToList();
        try
        {
            var waiting = SlowLane.Shared.RunAsync(() => Outcome.Of(1)).AsTask();
            var slow = doors.SendAsync("POST", Location + "/keyRings/r/cryptoKeys/slow/cryptoKeyVersions/1:asymmetricSign",
                """{"data":"YQ=="}""");
            var fast = await doors.SendAsync("POST", Location + "/keyRings/r/cryptoKeys/fast:encrypt",
                """{"plaintext":"YQ=="}""");
            Assert.Equal(200, fast.Status);
            go.Set();
            Assert.Equal(200, (await slow).Status);
            await waiting;
        }
        finally
        {
            go.Set();
            await Task.WhenAll(blocked);
        }
    }
}
