using System.Text;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Clients;

/// <summary>AWS's SDK for .NET, unmodified: its extension point for HTTP clients is where it learns the CA.</summary>
public sealed class AwsDotNetTests
{
    [Fact]
    public async Task A_key_lives_through_it()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        using var kms = AwsSdk.Open(server);
        var key = (await kms.CreateKeyAsync(new CreateKeyRequest { Description = "net" })).KeyMetadata;
        Assert.Equal(KeyState.Enabled, key.KeyState);

        var context = new Dictionary<string, string> { ["tenant"] = "7" };
        var encrypted = await kms.EncryptAsync(new EncryptRequest
        {
            KeyId = key.KeyId, Plaintext = Bytes("hello"), EncryptionContext = context,
        });
        var opened = await kms.DecryptAsync(new DecryptRequest
        {
            CiphertextBlob = encrypted.CiphertextBlob, EncryptionContext = context,
        });
        Assert.Equal(("hello", key.Arn), (Encoding.UTF8.GetString(opened.Plaintext.ToArray()), opened.KeyId));
        await Assert.ThrowsAsync<InvalidCiphertextException>(() => kms.DecryptAsync(new DecryptRequest
        {
            CiphertextBlob = encrypted.CiphertextBlob,
        }));

        var signing = (await kms.CreateKeyAsync(new CreateKeyRequest
        {
            KeySpec = KeySpec.ECC_NIST_P256, KeyUsage = KeyUsageType.SIGN_VERIFY,
        })).KeyMetadata;
        var signature = await kms.SignAsync(new SignRequest
        {
            KeyId = signing.Arn, Message = Bytes("m"), SigningAlgorithm = SigningAlgorithmSpec.ECDSA_SHA_256,
        });
        var verify = new VerifyRequest
        {
            KeyId = signing.Arn, Message = Bytes("m"), Signature = signature.Signature,
            SigningAlgorithm = SigningAlgorithmSpec.ECDSA_SHA_256,
        };
        Assert.True((await kms.VerifyAsync(verify)).SignatureValid);
        verify.Message = Bytes("n");
        await Assert.ThrowsAsync<KMSInvalidSignatureException>(() => kms.VerifyAsync(verify));

        // Its paginator goes through Marker and Truncated by itself.
        var listed = new List<string>();
        await foreach (var entry in kms.Paginators.ListKeys(new ListKeysRequest { Limit = 1 }).Keys)
            listed.Add(entry.KeyId);
        Assert.Equal(new[] { key.KeyId, signing.KeyId }.Order(), listed.Order());

        await kms.DisableKeyAsync(new DisableKeyRequest { KeyId = key.KeyId });
        var refused = await Assert.ThrowsAsync<DisabledException>(() => kms.GenerateDataKeyAsync(
            new GenerateDataKeyRequest { KeyId = key.KeyId, KeySpec = DataKeySpec.AES_256 }));
        Assert.Equal(($"{key.Arn} is disabled.", 400), (refused.Message, (int)refused.StatusCode));
        var scheduled = await kms.ScheduleKeyDeletionAsync(new ScheduleKeyDeletionRequest
        {
            KeyId = key.KeyId, PendingWindowInDays = 7,
        });
        Assert.Equal(7, scheduled.PendingWindowInDays);
        Assert.NotNull(scheduled.DeletionDate);
    }

    private static MemoryStream Bytes(string text) => new(Encoding.UTF8.GetBytes(text));
}
