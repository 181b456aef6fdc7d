using Keyward.SystemTests.Running;
using Microsoft.Data.Sqlite;

namespace Keyward.SystemTests.Tampering;

/// <summary>What happens to who writes into the store behind the server's back.</summary>
public sealed class StoreTests(StoreTests.Made made) : IClassFixture<StoreTests.Made>, IDisposable
{
    private const string Ring = "/v1/projects/default/locations/global/keyRings/ring";

    private readonly TemporaryData _data = new();
    private readonly string _ciphertext = made.Ciphertext;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_disabled_version_that_is_enabled_in_the_store_stays_refused_and_the_rest_serves()
    {
        await MakeAsync();
        await ChangeAsync(client => DisableAsync(client, "a"));
        Execute("UPDATE key_version SET state = 1 WHERE key = 'a'");
        await using var server = await StartAsync();
        using var client = new RestClient(server);
        Assert.Equal(400, (await DecryptAsync(client, "a")).Status);
        Assert.Equal(200, (await EncryptAsync(client, "b")).Status);
        var (status, ready) = await client.GetAsync("/readyz");
        Assert.Equal((503, "altered_rows"), (status, ready.GetProperty("status").GetString()));
        Assert.Contains("cryptoKeys/a/cryptoKeyVersions/1", server.Errors);
    }

    [Fact]
    public async Task Swapped_sealed_values_are_refused_and_the_rest_serves()
    {
        await MakeAsync();
        Execute("""
            CREATE TEMP TABLE swap AS SELECT key, sealed FROM key_version WHERE key IN ('a', 'b');
            UPDATE key_version SET sealed = (SELECT sealed FROM swap WHERE swap.key = CASE key_version.key WHEN 'a' THEN 'b' ELSE 'a' END)
                WHERE key IN ('a', 'b');
            """);
        await using var server = await StartAsync();
        using var client = new RestClient(server);
        Assert.Equal(400, (await DecryptAsync(client, "a")).Status);
        Assert.Equal(400, (await EncryptAsync(client, "b")).Status);
        Assert.Equal(200, (await EncryptAsync(client, "c")).Status);
    }

    [Theory]
    [InlineData("DELETE FROM key_version WHERE key = 'a'")]
    [InlineData("DELETE FROM credential WHERE kind = 2")]
    [InlineData("DELETE FROM crypto_key WHERE key = 'c'")]
    [InlineData("UPDATE counter SET sealed_sum = x'00'")]
    [InlineData("UPDATE counter SET seq = seq - 1")]
    public async Task A_removed_row_or_an_altered_counter_stops_all_service(string sql)
    {
        await MakeAsync();
        Execute(sql);
        await ServesNothingAsync("store_altered");
    }

    [Fact]
    public async Task An_older_copy_of_one_row_with_its_valid_seal_stops_all_service()
    {
        await MakeAsync();
        var columns = "state, algorithm, destroy_time, seq, seal";
        Execute($"CREATE TABLE kept AS SELECT {columns} FROM key_version WHERE key = 'a'");
        await ChangeAsync(client => DisableAsync(client, "a"));

        Execute("""
            UPDATE key_version SET (state, algorithm, destroy_time, seq, seal) =
                (SELECT state, algorithm, destroy_time, seq, seal FROM kept) WHERE key = 'a';
            DROP TABLE kept;
            """);
        await ServesNothingAsync("store_altered");
    }

    [Fact]
    public async Task An_older_copy_of_the_whole_store_beside_a_newer_log_is_not_served()
    {
        await MakeAsync();
        Fold();
        File.Copy(_data.In("kms/keyward.db"), _data.In("older.db"));
        await ChangeAsync(client => DisableAsync(client, "a"));

        RemoveStore();
        File.Copy(_data.In("older.db"), _data.In("kms/keyward.db"));
        File.SetUnixFileMode(_data.In("kms/keyward.db"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await ServesNothingAsync("store_rolled_back", "keyward restore");
    }

    [Fact]
    public async Task An_older_log_beside_a_newer_store_is_not_served()
    {
        await MakeAsync();
        Copy(_data.In("kms/audit"), _data.In("older-audit"));
        await ChangeAsync(client => DisableAsync(client, "a"));

        Directory.Delete(_data.In("kms/audit"), recursive: true);
        Copy(_data.In("older-audit"), _data.In("kms/audit"));
        await ServesNothingAsync("log_rolled_back");
    }

    [Fact]
    public async Task Neither_the_store_nor_the_log_holds_a_secret_in_clear()
    {
        await MakeAsync();
        Fold();
        var root = await File.ReadAllBytesAsync(_data.In("kms/root.key"));
        var secret = File.ReadLines(_data.In("kms/credentials/admin.env"))
            .Single(l => l.Contains("AWS_SECRET_ACCESS_KEY")).Split('=', 2)[1].Trim('\'');
        using var json = System.Text.Json.JsonDocument.Parse(await File.ReadAllBytesAsync(_data.In("kms/credentials/admin.json")));
        var pem = json.RootElement.GetProperty("private_key").GetString()!.Split('\n')[3];
        byte[][] canaries = [root, System.Text.Encoding.ASCII.GetBytes(secret), System.Text.Encoding.ASCII.GetBytes(pem), "canary-plaintext"u8.ToArray()];
        foreach (var file in Directory.EnumerateFiles(_data.In("kms/audit"), "*", SearchOption.AllDirectories)
            .Append(_data.In("kms/keyward.db")))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            Assert.All(canaries, c => Assert.True(bytes.AsSpan().IndexOf(c) < 0, file));
        }
    }

    [Theory]
    [InlineData("UPDATE crypto_key SET policy = replace(policy, 'viewer', 'admin') WHERE key = 'a'")]
    [InlineData("UPDATE credential SET state = 2 WHERE kind = 2")]
    [InlineData("UPDATE principal SET project = 'other' WHERE email LIKE 'robot%'")]
    public async Task F44_An_edited_row_is_not_gone_by_and_the_node_says_so(string sql)
    {
        await MakeAsync();
        Execute(sql);
        await using var server = await StartAsync();
        using var client = new RestClient(server);
        var (status, ready) = await client.GetAsync("/readyz");
        Assert.Equal((503, "altered_rows"), (status, ready.GetProperty("status").GetString()));
        Assert.Equal(200, (await EncryptAsync(client, "b")).Status);
    }

    [Fact]
    public async Task F48_A_destroyed_versions_row_from_a_backup_stays_destroyed()
    {
        await MakeAsync();
        Execute("CREATE TABLE kept AS SELECT * FROM key_version WHERE key = 'a'");
        await ChangeAsync(async client => Assert.Equal(
            200, (await client.PostAsync($"{Ring}/cryptoKeys/a/cryptoKeyVersions/1:destroy")).Status));

        Execute("DELETE FROM key_version WHERE key = 'a'; INSERT INTO key_version SELECT * FROM kept; DROP TABLE kept;");
        await ServesNothingAsync("store_altered");
    }

    [Fact]
    public async Task F49_A_row_with_a_copied_seal_counts_for_nothing()
    {
        await MakeAsync();
        // The key of which it would be version 2 is another than the seal was made for.
        Execute("""
            CREATE TEMP TABLE copy AS SELECT * FROM key_version WHERE key = 'a';
            UPDATE copy SET key = 'b', number = 2;
            INSERT INTO key_version SELECT * FROM copy;
            """);
        await using var server = await StartAsync();
        using var client = new RestClient(server);
        Assert.NotEqual(200, (await client.PostAsync($"{Ring}/cryptoKeys/b/cryptoKeyVersions/2:destroy")).Status);
        var (status, _) = await client.GetAsync("/readyz");
        Assert.Equal(503, status);
    }

    private Task MakeAsync() => _data.CopyAsync(made.Folder, "kms");

    /// <summary>By a server that ends well afterwards.</summary>
    private async Task ChangeAsync(Func<RestClient, Task> change)
    {
        await using var server = await StartAsync();
        using var client = new RestClient(server);
        await change(client);
        Assert.Equal(0, await server.StopAsync());
    }

    private async Task ServesNothingAsync(string reason, string whatToDo = "")
    {
        await using var server = await StartAsync();
        using var client = new RestClient(server);
        var (status, ready) = await client.GetAsync("/readyz");
        Assert.Equal((503, reason), (status, ready.GetProperty("status").GetString()));
        Assert.Contains(whatToDo, ready.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(503, (await DecryptAsync(client, "a")).Status);
        Assert.Equal(503, (await EncryptAsync(client, "b")).Status);
    }

    private Task<KeywardServer> StartAsync() => KeywardServer.StartAsync(_data.In("kms"));

    private static Task<(int Status, System.Text.Json.JsonElement Body)> EncryptAsync(RestClient client, string key) =>
        client.PostAsync($"{Ring}/cryptoKeys/{key}:encrypt",
            $$"""{"plaintext":"{{Convert.ToBase64String("canary-plaintext"u8)}}"}""");

    private Task<(int Status, System.Text.Json.JsonElement Body)> DecryptAsync(RestClient client, string key) =>
        client.PostAsync($"{Ring}/cryptoKeys/{key}:decrypt", $$"""{"ciphertext":"{{_ciphertext}}"}""");

    private static async Task DisableAsync(RestClient client, string key) => Assert.Equal(200, (await client.SendAsync(
        HttpMethod.Patch, $"{Ring}/cryptoKeys/{key}/cryptoKeyVersions/1?updateMask=state", """{"state":"DISABLED"}""")).Status);

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_data.In("kms/keyward.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private void Fold() => Execute("PRAGMA wal_checkpoint(TRUNCATE)");

    private void RemoveStore()
    {
        foreach (var file in Directory.GetFiles(_data.In("kms"), "keyward.db*")) File.Delete(file);
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>The folder that every test spoils a copy of: three keys, an account, a policy, and a server that ended
    /// well.</summary>
    public sealed class Made : IAsyncLifetime
    {
        private readonly TemporaryData _data = new();

        public string Folder => _data.In("kms");

        /// <summary>Of key a.</summary>
        public string Ciphertext { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            await using var server = await KeywardServer.StartAsync(Folder);
            using var client = new RestClient(server);
            Assert.Equal(200, (await client.PostAsync("/v1/projects/default/locations/global/keyRings?keyRingId=ring")).Status);
            foreach (var key in (string[])["a", "b", "c"])
                Assert.Equal(200, (await client.PostAsync($"{Ring}/cryptoKeys?cryptoKeyId={key}", """{"purpose":"ENCRYPT_DECRYPT"}""")).Status);
            var (_, encrypted) = await EncryptAsync(client, "a");
            Ciphertext = encrypted.GetProperty("ciphertext").GetString()!;
            Assert.Equal(200, (await client.PostAsync("/keyward/v1/projects/default/serviceAccounts", """{"name":"robot"}""")).Status);
            Assert.Equal(200, (await client.PostAsync($"{Ring}/cryptoKeys/a:setIamPolicy",
                """{"policy":{"bindings":[{"role":"roles/cloudkms.viewer","members":["user:a@b.example"]}]}}""")).Status);
            Assert.Equal(0, await server.StopAsync());
        }

        public ValueTask DisposeAsync()
        {
            _data.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
