using System.Text.Json;
using Keyward.SystemTests.Running;
using Microsoft.Data.Sqlite;

namespace Keyward.SystemTests.Clients;

/// <summary>The reader of docs/reference/format.md, in another language, on the data folder of a real server.</summary>
public sealed class FormatReaderTests
{
    private const string Ring = "/v1/projects/default/locations/global/keyRings";

    private static readonly string Reader = Path.Combine(KeywardServer.Root, "tests/clients/python/format.py");

    [Fact]
    public async Task Opens_what_a_server_wrote_and_sees_what_was_altered()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        using var admin = new RestClient(server);
        await admin.PostAsync(Ring + "?keyRingId=reader");
        await admin.PostAsync(Ring + "/reader/cryptoKeys?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""");
        await admin.PostAsync(Ring + "/reader/cryptoKeys/k/cryptoKeyVersions");
        await admin.PostAsync(Ring + "/reader/cryptoKeys?cryptoKeyId=pq",
            """{"purpose":"ASYMMETRIC_SIGN","versionTemplate":{"algorithm":"PQ_SIGN_ML_DSA_65"}}""");
        var (status, encrypted) = await admin.PostAsync(Ring + "/reader/cryptoKeys/k:encrypt",
            """{"plaintext":"YXR0YWNrIGF0IGRhd24=","additionalAuthenticatedData":"dGVuYW50PTQy"}""");
        Assert.Equal(200, status);
        var file = data.In("ciphertext");
        await File.WriteAllBytesAsync(file, encrypted.GetProperty("ciphertext").GetBytesFromBase64());

        // While the server runs, from its own folder.
        var (code, output, errors) = await ReadAsync("decrypt", server.Data, file, "--opaque", "74656e616e743d3432");
        Assert.True(code == 0, errors);
        Assert.Equal("attack at dawn"u8, Convert.FromHexString(
            JsonDocument.Parse(output).RootElement.GetProperty("plaintext").GetString()!));
        (code, output, errors) = await ReadAsync("check", server.Data);
        Assert.True(code == 0, errors);
        var opened = JsonDocument.Parse(output).RootElement.GetProperty("opened");
        Assert.Equal((3, 1), (opened.GetProperty("versions").GetInt32(), opened.GetProperty("secrets").GetInt32()));
        (code, _, errors) = await ReadAsync("decrypt", server.Data, file);
        Assert.Equal((1, "Refused: the tag does not hold."), (code, errors.Trim()));

        Assert.Equal(0, await server.StopAsync());
        await AlterAsync(server.Data, "UPDATE key_version SET state = 2 WHERE number = 1 AND key = 'k'");
        (code, _, errors) = await ReadAsync("check", server.Data);
        Assert.Equal(1, code);
        Assert.Contains("seal does not hold: key_version", errors, StringComparison.Ordinal);
        await AlterAsync(server.Data, "DELETE FROM key_version WHERE number = 1 AND key = 'k'");
        (code, _, errors) = await ReadAsync("check", server.Data);
        Assert.Equal(1, code);
        Assert.Contains("state sum is another", errors, StringComparison.Ordinal);
    }

    private static Task<(int Code, string Output, string Errors)> ReadAsync(params string[] arguments) =>
        KeywardServer.RunAsync("python3", [Reader, .. arguments]);

    private static async Task AlterAsync(string folder, string sql)
    {
        await using var connection = new SqliteConnection(
            $"Data Source={Path.Combine(folder, "keyward.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}
