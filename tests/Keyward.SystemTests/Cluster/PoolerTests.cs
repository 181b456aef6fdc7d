using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Cluster;

/// <summary>A real PgBouncer in transaction mode between node and database.</summary>
public sealed class PoolerTests(PostgresServer postgres)
{
    [Theory]
    [InlineData("")]
    [InlineData("ignore_startup_parameters = options,extra_float_digits")]
    public async Task A_pooler_that_drops_the_sessions_options_is_refused_by_name(string setting)
    {
        await using var nodes = await Nodes.StartAsync(postgres, 0, leaseMilliseconds: 2_000);
        // The server's own folder, so that the path of the socket stays short and its owner may write.
        var folder = Path.Combine(postgres.Folder, Path.GetRandomFileName()[..6]);
        Directory.CreateDirectory(folder);
        var ini = Path.Combine(folder, "ini");
        await File.WriteAllTextAsync(ini, $"""
            [databases]
            * = host={postgres.Folder} user=keyward
            [pgbouncer]
            unix_socket_dir = {folder}
            listen_port = 6543
            listen_addr =
            auth_type = any
            pool_mode = transaction
            pidfile = {folder}/pid
            logfile = {folder}/log
            {setting}
            """);
        string[] pooler = ["/usr/sbin/pgbouncer", "-d", ini];
        if (Environment.IsPrivilegedProcess)
        {
            await KeywardServer.RunAsync("chown", ["-R", "postgres", folder]);
            pooler = ["runuser", "-u", "postgres", "--", .. pooler];
        }

        var started = await KeywardServer.RunAsync(pooler[0], pooler[1..]);
        Assert.True(started.Code == 0, started.Errors);
        try
        {
            await Waiting.UntilAsync(() => File.Exists(Path.Combine(folder, "pid")));
            var file = nodes.Environment()[1].Item2;
            await File.WriteAllTextAsync(file, $"Host={folder};Port=6543;Username=keyward;Database={nodes.Database}");
            var (server, errors) = await KeywardServer.TryStartAsync(
                nodes.Prepare("node"), "127.0.0.1:0", nodes.Environment());
            Assert.Null(server);
            Assert.Contains("PgBouncer", errors, StringComparison.Ordinal);
        }
        finally
        {
            var process = (await File.ReadAllTextAsync(Path.Combine(folder, "pid"))).Trim();
            await KeywardServer.RunAsync("kill", [process]);
        }
    }
}
