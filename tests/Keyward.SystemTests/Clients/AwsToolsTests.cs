using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Clients;

/// <summary>AWS's other clients, unmodified: the <c>aws</c> command, boto3, the Encryption SDK.</summary>
public sealed class AwsToolsTests
{
    [Fact]
    public async Task Boto3_works_through_a_keys_life()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        var script = Path.Combine(KeywardServer.Root, "tests/clients/python/aws_boto3.py");
        var result = await RunAsync(server, "python3", script);
        Assert.Equal("""
            {"caller":"arn:aws:iam::000000000001:user/admin","opened":"hello",
            "wrong_context":"InvalidCiphertextException","data_key":true,"verified":true,
            "bad_mac":"KMSInvalidMacException","by_alias":true,"pages":[1,1,1],"created":true,
            "disabled":"DisabledException","state":"PendingDeletion","unknown":"NotFoundException"}
            """.Replace("\n", "", StringComparison.Ordinal), JsonSerializer.Serialize(result));
    }

    [Fact]
    public async Task Each_constraint_of_boto3s_model_is_held_to_in_AWSs_words()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        var script = Path.Combine(KeywardServer.Root, "tests/clients/python/aws_constraints.py");
        var result = await RunAsync(server, "python3", script);
        Assert.Equal("[]", result.GetProperty("wrong").GetRawText());
        Assert.InRange(result.GetProperty("tried").GetInt32(), 1_000, 10_000);
    }

    [Fact]
    public async Task Older_SDKs_for_JavaScript_work()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        var result = await RunAsync(server, "node", "aws-old.js");
        foreach (var generation in (string[])["third", "second"]) Assert.Equal("""
            {"created":true,"opened":"hello","wrongContext":"InvalidCiphertextException","dataKey":true,
            "verified":true,"badSignature":"KMSInvalidSignatureException","byAlias":true,"pages":true,"granted":true,
            "policy":"2012-10-17","disabled":"DisabledException","scheduled":true,"unknown":"NotFoundException"}
            """.ReplaceLineEndings(""), result.GetProperty(generation).GetRawText());
        Assert.Equal("arn:aws:iam::000000000001:user/admin", result.GetProperty("caller").GetString());
    }

    [Fact]
    public async Task The_aws_command_works()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        var key = (await AwsAsync(server, "create-key", "--description", "cli")).GetProperty("KeyMetadata");
        var id = key.GetProperty("KeyId").GetString()!;
        await AwsAsync(server, "create-alias", "--alias-name", "alias/cli", "--target-key-id", id);
        // Both major versions read files alike; of texts one takes base64 and the other bytes.
        await File.WriteAllTextAsync(data.In("plain"), "hello");
        var encrypted = await AwsAsync(server, "encrypt", "--key-id", "alias/cli", "--plaintext",
            "fileb://" + data.In("plain"), "--encryption-context", "a=b");
        await File.WriteAllBytesAsync(data.In("sealed"), encrypted.GetProperty("CiphertextBlob").GetBytesFromBase64());
        var opened = await AwsAsync(server, "decrypt", "--ciphertext-blob", "fileb://" + data.In("sealed"),
            "--encryption-context", "a=b");
        Assert.Equal("aGVsbG8=", opened.GetProperty("Plaintext").GetString());
        Assert.Equal(key.GetProperty("Arn").GetString(), opened.GetProperty("KeyId").GetString());
        Assert.Equal(1, (await AwsAsync(server, "list-aliases")).GetProperty("Aliases").GetArrayLength());

        var (code, _, errors) = await KeywardServer.RunAsync("aws", ["--endpoint-url", $"https://{server.Address}",
            "kms", "describe-key", "--key-id", "alias/none"], null, server.AdminEnvironment());
        Assert.True(code is 254 or 255, errors);
        Assert.Contains("(NotFoundException) when calling the DescribeKey operation: Alias " +
            "arn:aws:kms:us-east-1:000000000001:alias/none is not found.", errors);
    }

    [Fact]
    public async Task The_Encryption_SDK_opens_with_either_key()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        var result = await RunAsync(server, "node", "aws-encryption-sdk.js");
        Assert.Equal("""{"same":true,"context":"test","keys":2}""", JsonSerializer.Serialize(result));
    }

    [Fact]
    public async Task One_key_serves_Googles_and_AWSs_clients()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        var result = await RunAsync(server, "node", "cross-door.js");
        Assert.Equal("{\"googleToAws\":\"from google\",\"awsToGoogle\":\"from aws\",\"listed\":true,\"contextKept\":3," +
            "\"algorithm\":\"EC_SIGN_P256_SHA256\",\"verified\":true,\"disabledThere\":\"DisabledException\"," +
            "\"disabledHere\":9}", JsonSerializer.Serialize(result));
    }

    private static async Task<JsonElement> RunAsync(KeywardServer server, string program, string script)
    {
        var (code, output, errors) = await KeywardServer.RunAsync(program, [script],
            Path.Combine(KeywardServer.Root, "tests/clients/node"), server.AdminEnvironment());
        Assert.True(code == 0, errors + server.Errors);
        return JsonDocument.Parse(output).RootElement;
    }

    private static async Task<JsonElement> AwsAsync(KeywardServer server, params string[] arguments)
    {
        var (code, output, errors) = await KeywardServer.RunAsync("aws",
            ["--endpoint-url", $"https://{server.Address}", "--output", "json", "kms", .. arguments], null,
            server.AdminEnvironment());
        Assert.True(code == 0, errors);
        return output.Length == 0 ? default : JsonDocument.Parse(output).RootElement;
    }
}
