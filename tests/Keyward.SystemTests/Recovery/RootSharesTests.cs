using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Recovery;

/// <summary>A root key that lies nowhere but with people.</summary>
public sealed class RootSharesTests
{
    private const string Keys = "/v1/projects/default/locations/global/keyRings/r/cryptoKeys";

    [Fact]
    public async Task Enough_people_bring_the_server_back_fewer_do_not_and_others_take_their_place()
    {
        using var data = new TemporaryData();
        string ciphertext;
        await using (var server = await KeywardServer.StartAsync(data.In("kms")))
        using (var client = new RestClient(server))
        {
            await client.PostAsync("/v1/projects/default/locations/global/keyRings?keyRingId=r");
            await client.PostAsync($"{Keys}?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""");
            var (_, body) = await client.PostAsync($"{Keys}/k:encrypt", """{"plaintext":"aGVsbG8="}""");
            ciphertext = body.GetProperty("ciphertext").GetString()!;
            Assert.Equal(0, await server.StopAsync());
        }

        var root = data.In("kms/root.key");
        await RunAsync(0, "root", "shares", "create", "--data", data.In("kms"), "--shares", "5", "--threshold", "3",
            "--out-dir", data.In("old"));
        var kept = await File.ReadAllBytesAsync(root);
        File.Delete(root);
        await using (var server = await KeywardServer.StartAsync(data.In("kms")))
        using (var client = new RestClient(server))
        {
            Assert.Equal("sealed", (await client.GetAsync("/readyz")).Body.GetProperty("status").GetString());
            Assert.Equal(0, await server.StopAsync());
        }

        string Share(string folder, int number, int of) => data.In($"{folder}/{number}-of-{of}.share");
        await RunAsync(1, "root", "shares", "combine", Share("old", 1, 5), Share("old", 4, 5), "--out", root);
        Assert.False(File.Exists(root));
        await RunAsync(0, "root", "shares", "combine", Share("old", 5, 5), Share("old", 1, 5), Share("old", 3, 5),
            "--out", root);
        Assert.Equal(kept, await File.ReadAllBytesAsync(root));
        await using (var server = await KeywardServer.StartAsync(data.In("kms")))
        using (var client = new RestClient(server))
        {
            Assert.Equal(200, (await client.PostAsync(
                $"{Keys}/k:decrypt", $$"""{"ciphertext":"{{ciphertext}}"}""")).Status);
            Assert.Equal(0, await server.StopAsync());
        }

        await RunAsync(0, "root", "shares", "rotate", Share("old", 2, 5), Share("old", 3, 5), Share("old", 4, 5),
            "--shares", "7", "--threshold", "4", "--out-dir", data.In("new"));
        await RunAsync(1, "root", "shares", "combine", Share("new", 1, 7), Share("new", 2, 7), Share("new", 3, 7),
            Share("old", 4, 5), "--out", data.In("mixed"));
        await RunAsync(0, "root", "shares", "combine", Share("new", 7, 7), Share("new", 2, 7), Share("new", 3, 7),
            Share("new", 1, 7), "--out", data.In("again"));
        Assert.Equal(kept, await File.ReadAllBytesAsync(data.In("again")));
    }

    private static async Task RunAsync(int expected, params string[] arguments)
    {
        var (code, output, errors) = await KeywardServer.RunAsync(KeywardServer.Program, arguments);
        Assert.True(code == expected, output + errors);
    }
}
