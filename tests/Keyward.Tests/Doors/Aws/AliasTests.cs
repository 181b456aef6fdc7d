using System.Text.Json;

namespace Keyward.Tests.Doors.Aws;

/// <summary>What aliases may be used for: a pin to one version, and a policy that forbids to sign by one.</summary>
public sealed class AliasTests
{
    private const string Location = "projects/default/locations/us-east-1";

    [Fact]
    public async Task Uses_by_a_pinned_alias_go_to_its_version()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var id = await KeyAsync(doors, "{}");
        var first = (await CallAsync(doors, "DescribeKey", $$"""{"KeyId":"{{id}}"}"""))
            .GetProperty("KeyMetadata").GetProperty("CurrentKeyMaterialId").GetString()!;
        await CallAsync(doors, "RotateKeyOnDemand", $$"""{"KeyId":"{{id}}"}""");
        await AliasAsync(doors, "aliases", id, 1);
        Assert.Equal(first, await MaterialAsync(doors, "alias/pinned"));
        Assert.NotEqual(first, await MaterialAsync(doors, id));
        var data = await CallAsync(doors, "GenerateDataKey", """{"KeyId":"alias/pinned","KeySpec":"AES_256"}""");
        Assert.Equal(first, data.GetProperty("KeyMaterialId").GetString());

        // Without a pin it is the key's own choice again; AWS's UpdateAlias knows no pin.
        await CallAsync(doors, "UpdateAlias", $$"""{"AliasName":"alias/pinned","TargetKeyId":"{{id}}"}""");
        Assert.NotEqual(first, await MaterialAsync(doors, "alias/pinned"));
        await AliasAsync(doors, "aliases:move", id, 1);
        Assert.Equal(first, await MaterialAsync(doors, "alias/pinned"));
        var missing = await SendAsync(doors, "aliases:move", id, 7);
        Assert.Equal(404, missing.Status);
        var listed = (await doors.SendAsync("GET", $"/keyward/v1/{Location}/aliases")).Json.GetProperty("aliases")[0];
        Assert.Equal(1, listed.GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task A_signature_by_a_pinned_alias_is_its_versions()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await OkAsync(doors, $"/v1/{Location}/keyRings?keyRingId=r", "");
        await OkAsync(doors, $"/v1/{Location}/keyRings/r/cryptoKeys?cryptoKeyId=k", """
            {"purpose":"ASYMMETRIC_SIGN","versionTemplate":{"algorithm":"EC_SIGN_P256_SHA256"}}
            """);
        await OkAsync(doors, $"/v1/{Location}/keyRings/r/cryptoKeys/k/cryptoKeyVersions", "{}");
        var made = await doors.SendAsync("POST", $"/keyward/v1/{Location}/aliases",
            $$"""{"alias":"pinned","key":"{{Location}}/keyRings/r/cryptoKeys/k","version":1}""");
        Assert.True(made.Status == 200, made.Text);
        var byAlias = await CallAsync(doors, "GetPublicKey", """{"KeyId":"alias/pinned"}""");
        var byId = await CallAsync(doors, "GetPublicKey", $$"""{"KeyId":"{{byAlias.GetProperty("KeyId").GetString()}}"}""");
        Assert.NotEqual(byAlias.GetProperty("PublicKey").GetString(), byId.GetProperty("PublicKey").GetString());
        const string message = """
            "Message":"AAAA","SigningAlgorithm":"ECDSA_SHA_256"
            """;
        var signed = await CallAsync(doors, "Sign", $$"""{"KeyId":"alias/pinned",{{message}}}""");
        var signature = signed.GetProperty("Signature").GetString();
        var held = await CallAsync(doors, "Verify",
            $$"""{"KeyId":"alias/pinned",{{message}},"Signature":"{{signature}}"}""");
        Assert.True(held.GetProperty("SignatureValid").GetBoolean());
        var other = await doors.CallAwsAsync("TrentService.Verify",
            $$"""{"KeyId":"{{signed.GetProperty("KeyId").GetString()}}",{{message}},"Signature":"{{signature}}"}""");
        Assert.Equal("KMSInvalidSignatureException", other.Json.GetProperty("__type").GetString());
    }

    [Fact]
    public async Task A_policy_forbids_to_sign_by_an_alias()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var id = await KeyAsync(doors, """{"KeySpec":"ECC_NIST_P256","KeyUsage":"SIGN_VERIFY"}""");
        await CallAsync(doors, "CreateAlias", $$"""{"AliasName":"alias/stamp","TargetKeyId":"{{id}}"}""");
        var policy = JsonSerializer.Serialize("""
            {"Version":"2012-10-17","Statement":[
             {"Effect":"Allow","Principal":{"AWS":"000000000001"},"Action":"kms:*","Resource":"*"},
             {"Effect":"Deny","Principal":"*","Action":"kms:Sign","Resource":"*",
              "Condition":{"Null":{"kms:RequestAlias":"false"}}}]}
            """.ReplaceLineEndings("\n"));
        await CallAsync(doors, "PutKeyPolicy", $$"""{"KeyId":"{{id}}","Policy":{{policy}}}""");
        const string message = """
            "Message":"AAAA","SigningAlgorithm":"ECDSA_SHA_256"
            """;
        await CallAsync(doors, "Sign", $$"""{"KeyId":"{{id}}",{{message}}}""");
        var refused = await doors.CallAwsAsync("TrentService.Sign", $$"""{"KeyId":"alias/stamp",{{message}}}""");
        Assert.Equal("AccessDeniedException", refused.Json.GetProperty("__type").GetString());
        Assert.EndsWith("with an explicit deny in a resource-based policy", refused.Json.GetProperty("Message").GetString());
    }

    [Fact]
    public async Task The_admin_door_finds_the_key_that_any_name_means()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var id = await KeyAsync(doors, "{}");
        await CallAsync(doors, "CreateAlias", $$"""{"AliasName":"alias/orders","TargetKeyId":"{{id}}"}""");
        foreach (var name in (string[])[id, "alias/orders", $"arn:aws:kms:us-east-1:000000000001:key/{id}",
            "arn:aws:kms:us-east-1:000000000001:alias/orders"])
        {
            var found = await doors.SendAsync("GET", $"/keyward/v1/{Location}/keys:find?name={name}");
            Assert.Equal($"projects/default/locations/us-east-1/keyRings/aws/cryptoKeys/{id}",
                found.Json.GetProperty("key").GetString());
        }

        var none = await doors.SendAsync("GET", $"/keyward/v1/{Location}/keys:find?name=alias/none");
        Assert.Equal(404, none.Status);
    }

    private static async Task<string> MaterialAsync(OpenDoors doors, string name)
    {
        var sealedBytes = (await CallAsync(doors, "Encrypt", $$"""{"KeyId":"{{name}}","Plaintext":"AAAA"}"""))
            .GetProperty("CiphertextBlob").GetString();
        return (await CallAsync(doors, "Decrypt", $$"""{"CiphertextBlob":"{{sealedBytes}}"}"""))
            .GetProperty("KeyMaterialId").GetString()!;
    }

    private static async Task<string> KeyAsync(OpenDoors doors, string body) =>
        (await CallAsync(doors, "CreateKey", body)).GetProperty("KeyMetadata").GetProperty("KeyId").GetString()!;

    private static async Task AliasAsync(OpenDoors doors, string path, string id, int version)
    {
        var reply = await SendAsync(doors, path, id, version);
        Assert.True(reply.Status == 200, reply.Text);
    }

    private static Task<RestReply> SendAsync(OpenDoors doors, string path, string id, int version) =>
        doors.SendAsync("POST", $"/keyward/v1/{Location}/{path}",
            $$"""{"alias":"pinned","key":"{{Location}}/keyRings/aws/cryptoKeys/{{id}}","version":{{version}}}""");

    private static async Task OkAsync(OpenDoors doors, string path, string body)
    {
        var reply = await doors.SendAsync("POST", path, body);
        Assert.True(reply.Status == 200, reply.Text);
    }

    private static async Task<JsonElement> CallAsync(OpenDoors doors, string operation, string body)
    {
        var reply = await doors.CallAwsAsync("TrentService." + operation, body);
        Assert.True(reply.Status == 200, $"{operation} {body}: {reply.Text}");
        return reply.Text.Length == 0 ? default : reply.Json;
    }
}
