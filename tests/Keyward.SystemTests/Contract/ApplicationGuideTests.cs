using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>The guides for applications do what they say: suites, programs and commands of other clients.</summary>
public sealed class ApplicationGuideTests
{
    [Fact]
    public async Task Testing_with_keyward()
    {
        using var data = new TemporaryData();
        var said = await Guide.RunAsync("testing-with-keyward.md", data.Path);
        Assert.Contains("# pass 5", said);
        Assert.Contains("order 7", said);
    }

    [Theory]
    [InlineData("aws-cli.md", "alias/invoices")]
    [InlineData("encryption-sdk.md", "either opens")]
    [InlineData("s3-client-side-encryption.md", "refused when altered")]
    [InlineData("sops.md", "cryptoKeyDecrypter")]
    [InlineData("sealing-logs.md", "refused by sign")]
    public async Task A_guide_with_a_server(string name, string expected)
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        var said = await Guide.RunAsync(name, data.Path, ("DATA", server.Data),
            ("DOCS", Path.Combine(KeywardServer.Root, "docs")));
        Assert.Contains(expected, said);
    }

    /// <summary>Two regions of one server are the two ends: neither opens what the other has sealed.</summary>
    [Fact]
    public async Task Moving_there_and_back()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        var admin = server.AdminEnvironment().ToDictionary(v => v.Name, v => v.Value);
        var id = (await OldAsync(server, "create-key")).GetProperty("KeyMetadata").GetProperty("KeyId").GetString()!;
        await OldAsync(server, "create-alias", "--alias-name", "alias/orders", "--target-key-id", id);
        await File.WriteAllTextAsync(data.In("plain"), "order 7");
        var sealedOnce = (await OldAsync(server, "encrypt", "--key-id", id, "--plaintext", "fileb://" + data.In("plain"),
            "--encryption-context", "customer=7")).GetProperty("CiphertextBlob").GetString()!;
        await File.WriteAllTextAsync(data.In("stored.jsonl"), Line(sealedOnce));
        var said = await Guide.RunAsync("from-aws-kms.md", data.Path, ("DATA", server.Data),
            ("OLD_ENDPOINT", $"https://{server.Address}"), ("OLD_REGION", "eu-west-1"),
            ("OLD_ACCESS_KEY_ID", admin["AWS_ACCESS_KEY_ID"]),
            ("OLD_SECRET_ACCESS_KEY", admin["AWS_SECRET_ACCESS_KEY"]));
        Assert.Equal(2, said.Split("moved 1").Length - 1);
        var moved = Ciphertext(await File.ReadAllTextAsync(data.In("moved.jsonl")));
        var returned = Ciphertext(await File.ReadAllTextAsync(data.In("returned.jsonl")));
        Assert.Equal("b3JkZXIgNw==", await OpenAsync(server, data, returned));
        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => OpenAsync(server, data, moved));
    }

    private static async Task<string> OpenAsync(KeywardServer server, TemporaryData data, string ciphertext)
    {
        await File.WriteAllBytesAsync(data.In("sealed"), Convert.FromBase64String(ciphertext));
        return (await OldAsync(server, "decrypt", "--ciphertext-blob", "fileb://" + data.In("sealed"),
            "--encryption-context", "customer=7")).GetProperty("Plaintext").GetString()!;
    }

    private static string Line(string ciphertext) =>
        JsonSerializer.Serialize(new { ciphertext, context = new { customer = "7" } }) + "\n";

    private static string Ciphertext(string line) =>
        JsonDocument.Parse(line).RootElement.GetProperty("ciphertext").GetString()!;

    private static async Task<JsonElement> OldAsync(KeywardServer server, params string[] arguments)
    {
        var (code, output, errors) = await KeywardServer.RunAsync("aws",
            ["--endpoint-url", $"https://{server.Address}", "--region", "eu-west-1", "--output", "json", "kms",
                .. arguments], null, server.AdminEnvironment());
        Assert.True(code == 0, errors);
        return output.Length == 0 ? default : JsonDocument.Parse(output).RootElement;
    }
}
