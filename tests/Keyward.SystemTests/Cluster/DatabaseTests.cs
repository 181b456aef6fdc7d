using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Cluster;

/// <summary>The database goes away, comes back, or is not what it was. Only who stops its server has one of its
/// own.</summary>
public sealed class DatabaseTests(PostgresServer postgres)
{
    [Fact]
    public async Task Uses_go_on_until_the_lease_ends_then_refuse_and_come_back_with_the_database()
    {
        await using var stopped = new PostgresServer();
        await stopped.InitializeAsync();
        await using var nodes = await Nodes.StartAsync(stopped, 2, leaseMilliseconds: 2_000);
        var ciphertext = await nodes.MakeKeyAsync("k");
        Assert.Equal(200, await nodes.DecryptAsync(1, "k", ciphertext));
        stopped.Stop("immediate");
        Assert.Equal(503, (await nodes.Clients[0].PostAsync($"{Nodes.Keys}?cryptoKeyId=other",
            """{"purpose":"ENCRYPT_DECRYPT"}""")).Status);
        await Waiting.UntilAsync(async () => await nodes.DecryptOnceAsync(1, "k", ciphertext) == 503);
        var (status, body) = await nodes.Clients[1].GetAsync("/readyz");
        Assert.Equal((503, "stale"), (status, body.GetProperty("status").GetString()));
        Assert.Equal(200, (await nodes.Clients[1].GetAsync("/healthz")).Status);

        await stopped.StartAsync();
        Assert.Equal(200, await nodes.DecryptAsync(1, "k", ciphertext));
        Assert.Equal(200, await nodes.SetStateAsync(0, "k", "DISABLED"));
        Assert.Equal(400, await nodes.DecryptAsync(1, "k", ciphertext));
    }

    [Fact]
    public async Task A_database_that_went_back_is_noticed_and_refused()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 2, leaseMilliseconds: 5_000);
        var ciphertext = await nodes.MakeKeyAsync("k");
        postgres.Execute(nodes.Database, "UPDATE counter SET seq = seq - 1");
        for (var node = 0; node < 2; node++)
        {
            await Waiting.UntilAsync(async () => (await nodes.Clients[node].GetAsync("/readyz"))
                .Body.GetProperty("status").GetString() == "store_rolled_back");
            Assert.Equal(503, await nodes.DecryptOnceAsync(node, "k", ciphertext));
        }
    }

    /// <summary>The second node changes nothing: its own log does not tell it of what the store lost.</summary>
    [Fact]
    public async Task A_database_that_went_back_while_all_were_stopped_is_refused_by_each()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 2, leaseMilliseconds: 5_000);
        var (ciphertext, older) = (await nodes.MakeKeyAsync("k"), nodes.Database + "_older");
        await StopAsync();
        postgres.Execute("postgres", $"CREATE DATABASE {older} TEMPLATE {nodes.Database}");
        for (var node = 0; node < 2; node++) await nodes.RestartAsync(node);
        Assert.Equal(200, await nodes.SetStateAsync(0, "k", "DISABLED"));
        await StopAsync();
        postgres.Execute("postgres", $"DROP DATABASE {nodes.Database}");
        postgres.Execute("postgres", $"ALTER DATABASE {older} RENAME TO {nodes.Database}");
        for (var node = 0; node < 2; node++)
        {
            await nodes.RestartAsync(node);
            Assert.Contains("an older store was put back", nodes.Servers[node].Errors, StringComparison.Ordinal);
            var (status, body) = await nodes.Clients[node].GetAsync("/readyz");
            Assert.Equal((503, "store_rolled_back"), (status, body.GetProperty("status").GetString()));
            Assert.Equal(503, await nodes.DecryptOnceAsync(node, "k", ciphertext));
        }

        async Task StopAsync()
        {
            foreach (var server in nodes.Servers) Assert.Equal(0, await server.StopAsync());
        }
    }

    [Fact]
    public async Task A_log_that_the_store_forgot_is_remembered_by_the_other_node()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 2, leaseMilliseconds: 5_000);
        var name = (await File.ReadAllTextAsync(Path.Combine(nodes.Servers[0].Data, "node"))).Trim();
        var seen = Path.Combine(nodes.Servers[1].Data, "audit/seen");
        await Waiting.UntilAsync(
            () => File.Exists(seen) && File.ReadAllText(seen).Contains(name, StringComparison.Ordinal));
        nodes.Servers[0].Kill();
        postgres.Execute(nodes.Database, $"DELETE FROM audit_checkpoint WHERE origin LIKE '%{name}%'");
        await nodes.Servers[1].UntilSaidAsync("the store knows nothing of it any more");
        Assert.Contains($"/{name}", nodes.Servers[1].Errors, StringComparison.Ordinal);
        var (_, listed) = await nodes.Clients[1].GetAsync($"/keyward/v1/nodes/{name}");
        Assert.Contains("knows nothing", listed.GetProperty("logFault").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_database_makes_changes_slow_and_a_full_one_refuses_them_and_uses_go_on_as_long_as_the_lease()
    {
        using var disk = await SmallTablespace.MountAsync(postgres);
        await using var nodes = await Nodes.StartAsync(
            postgres, 2, leaseMilliseconds: 2_000, tablespace: SmallTablespace.Name);
        var ciphertext = await nodes.MakeKeyAsync("k");
        // Slow: every change takes a second in the database, and is made; uses ask it nothing.
        postgres.Execute(nodes.Database,
            "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RETURN NEW; END'; " +
            "CREATE TRIGGER slow BEFORE INSERT ON feed FOR EACH ROW EXECUTE FUNCTION slow()");
        var change = nodes.SetStateAsync(0, "k", "DISABLED");
        var meanwhile = new HashSet<int>();
        while (!change.IsCompleted) meanwhile.Add(await nodes.DecryptOnceAsync(1, "k", ciphertext));
        // One that a busy machine kept from its renewal refuses for a moment: what the database does to it would last.
        Assert.Contains(meanwhile, s => s is 200 or 400);
        Assert.DoesNotContain(meanwhile, s => s is not (200 or 400 or 503));
        Assert.Equal(200, await change);
        Assert.Equal(400, await nodes.DecryptAsync(1, "k", ciphertext));
        Assert.Equal(200, await nodes.SetStateAsync(1, "k", "ENABLED"));

        // Full to the last byte: changes go on in what room the tables have left, then are refused.
        postgres.Execute(nodes.Database, "DROP TRIGGER slow ON feed");
        disk.Fill();
        var made = 0;
        int status;
        while ((status = (await nodes.Clients[0].PostAsync(
            $"{Nodes.Keys}?cryptoKeyId=more{made++}", """{"purpose":"ENCRYPT_DECRYPT"}""")).Status) == 200)
            Assert.InRange(made, 0, 10_000);
        Assert.Equal(503, status);
        Assert.Equal(200, await nodes.DecryptAsync(1, "k", ciphertext));
        disk.Empty();
        Assert.Equal(200, await nodes.SetStateAsync(1, "k", "DISABLED"));
        Assert.Equal(200, await nodes.SetStateAsync(1, "k", "ENABLED"));

        // So full that no lease can be renewed: PostgreSQL says so (53100) to whoever writes.
        postgres.Execute(nodes.Database, "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS " +
            "'BEGIN RAISE EXCEPTION ''could not extend file: No space left on device'' USING ERRCODE = ''53100''; END'; " +
            "CREATE TRIGGER full_disk BEFORE INSERT ON feed FOR EACH ROW EXECUTE FUNCTION full_disk()");
        postgres.Execute(nodes.Database,
            "CREATE TRIGGER full_disk BEFORE UPDATE ON node FOR EACH ROW EXECUTE FUNCTION full_disk()");
        await Waiting.UntilAsync(async () => await nodes.DecryptOnceAsync(1, "k", ciphertext) == 503);
        Assert.Equal("stale", (await nodes.Clients[1].GetAsync("/readyz")).Body.GetProperty("status").GetString());
        postgres.Execute(nodes.Database, "DROP FUNCTION full_disk CASCADE");
        Assert.Equal(200, await nodes.DecryptAsync(1, "k", ciphertext));
        Assert.Equal(200, await nodes.SetStateAsync(0, "k", "DISABLED"));
        Assert.Equal(400, await nodes.DecryptAsync(1, "k", ciphertext));
    }

    [Fact]
    public async Task Two_nodes_that_meet_an_empty_database_make_one_deployment()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 0, leaseMilliseconds: 5_000);
        var started = await Task.WhenAll(((string[])["a", "b"]).Select(name =>
            KeywardServer.StartAsync(nodes.Prepare(name), "127.0.0.1:0", nodes.Environment())));
        var founders = started.Where(s => File.Exists(Path.Combine(s.Data, "credentials/admin.json"))).ToList();
        var founder = Assert.Single(founders);
        var other = started.Single(s => s != founder);
        Assert.False(File.Exists(Path.Combine(other.Data, "root.key")));
        Assert.Contains("copy root.key", other.Errors, StringComparison.Ordinal);
        foreach (var server in started) await server.DisposeAsync();
    }

    [Fact]
    public async Task A_change_at_any_node_is_in_the_log_of_that_node_and_every_log_holds()
    {
        await using var nodes = await Nodes.StartAsync(postgres, 3, leaseMilliseconds: 5_000);
        for (var i = 0; i < 9; i++) await nodes.MakeKeyAsync(i % 3, $"k{i}");

        foreach (var server in nodes.Servers) Assert.Equal(0, await server.StopAsync());
        foreach (var (server, node) in nodes.Servers.Select((s, i) => (s, i)))
        {
            var records = Directory.EnumerateFiles(Path.Combine(server.Data, "audit"), "*", SearchOption.AllDirectories)
                .Where(f => f.Contains("/journal", StringComparison.Ordinal)).Select(File.ReadAllText);
            var text = string.Concat(records);
            for (var i = 0; i < 9; i++)
                Assert.Equal(i % 3 == node, text.Contains($"cryptoKeys/k{i}\"", StringComparison.Ordinal)
                    && text.Contains("create_key", StringComparison.Ordinal));
        }
    }
}
