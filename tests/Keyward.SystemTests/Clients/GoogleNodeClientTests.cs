using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Clients;

/// <summary>Google's official Node client, unmodified, over both of its transports.</summary>
public sealed class GoogleNodeClientTests
{
    [Theory]
    [InlineData("grpc")]
    [InlineData("rest")]
    public async Task Works_through_a_keys_life_with_the_documented_codes(string transport)
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        using var admin = new RestClient(server);
        var stranger = await MakeAccountAsync(admin, server, data, "stranger");
        var (code, output, errors) = await KeywardServer.RunAsync("node", ["google-kms.js", transport],
            Path.Combine(KeywardServer.Root, "tests/clients/node"),
            [.. server.AdminEnvironment(), ("STRANGER", stranger)]);
        Assert.True(code == 0, errors + server.Errors);

        using var json = JsonDocument.Parse(output);
        var result = json.RootElement;
        Assert.Equal("ENABLED", result.GetProperty("primary").GetString());
        foreach (var step in (string[])["verified", "ciphertextChecksum", "rotated", "fileOpens"])
            Assert.True(result.GetProperty(step).GetBoolean(), step);
        Assert.Equal("[false,true]", result.GetProperty("usedPrimary").GetRawText());
        Assert.Equal("""["DESTROY_SCHEDULED","DISABLED"]""", result.GetProperty("destroyRestore").GetRawText());
        Assert.Equal("""{"team":"platform"}""", result.GetProperty("labels").GetRawText());
        Assert.Equal("[1,2,1]", result.GetProperty("lists").GetRawText());
        Assert.Equal(2, result.GetProperty("paged").GetInt32());
        Assert.Equal("""["cloudkms.cryptoKeyVersions.useToEncrypt"]""", result.GetProperty("held").GetRawText());
        (string Step, int Code)[] codes =
        [
            ("wrongAad", 3), ("wrongChecksum", 3), ("disabled", 9), ("stranger", 7), ("staleEtag", 10),
            ("strangerMay", 0), ("strangerMayNot", 7), ("missing", 5), ("again", 6), ("badId", 3), ("notOffered", 12),
        ];
        foreach (var (step, expected) in codes) Assert.Equal((step, expected), (step, result.GetProperty(step).GetInt32()));
    }

    internal static async Task<string> MakeAccountAsync(
        RestClient admin, KeywardServer server, TemporaryData data, string name)
    {
        var (status, account) = await admin.PostAsync(
            "/keyward/v1/projects/default/serviceAccounts", $$"""{"name":"{{name}}"}""");
        Assert.Equal(200, status);
        var email = account.GetProperty("email").GetString();
        (status, var file) = await admin.PostAsync($"/keyward/v1/serviceAccounts/{email}/keyFiles");
        Assert.Equal(200, status);
        var path = data.In(name + ".json");
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(new Dictionary<string, string?>
        {
            ["type"] = "service_account",
            ["project_id"] = "default",
            ["private_key_id"] = file.GetProperty("privateKeyId").GetString(),
            ["private_key"] = file.GetProperty("privateKey").GetString(),
            ["client_email"] = email,
            ["client_id"] = file.GetProperty("clientId").GetString(),
            ["token_uri"] = $"https://{server.Address}/token",
        }));
        return path;
    }
}
