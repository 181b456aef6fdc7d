using System.Diagnostics;
using System.Text.Json;
using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Cluster;

/// <summary>Several real servers on one database, each with a data folder of its own and a copy of the root key.</summary>
internal sealed class Nodes : IAsyncDisposable
{
    public const string Keys = "/v1/projects/default/locations/us-east-1/keyRings/ring/cryptoKeys";

    private readonly TemporaryData _data = new();
    private readonly List<KeywardServer> _servers = [];
    private readonly List<RestClient> _clients = [];

    private Nodes(string database) => Database = database;

    public string Database { get; }

    public IReadOnlyList<KeywardServer> Servers => _servers;

    /// <summary>One client a node, all with the administrator's key file.</summary>
    public IReadOnlyList<RestClient> Clients => _clients;

    /// <param name="standby">A second host of the connection string, which may become the primary.</param>
    public static async Task<Nodes> StartAsync(
        PostgresServer postgres, int count, int leaseMilliseconds, PostgresServer? standby = null,
        string? tablespace = null)
    {
        var connection = postgres.MakeDatabase(tablespace);
        if (standby is not null) connection = connection.Replace(postgres.Folder, $"{postgres.Folder},{standby.Folder}");
        var nodes = new Nodes(connection.Split("Database=")[1]);
        var file = nodes._data.In("connection");
        await File.WriteAllTextAsync(file, connection);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        try
        {
            for (var i = 0; i < count; i++)
            {
                await nodes.AddAsync();
                if (i == 0)
                    postgres.Execute(nodes.Database,
                        $"UPDATE lease SET lease_ms = {leaseMilliseconds}, wait_ms = {leaseMilliseconds}");
            }

            if (count > 0)
                await Waiting.InStepAsync(async () => (await nodes.Clients[0].PostAsync(
                    "/v1/projects/default/locations/us-east-1/keyRings?keyRingId=ring")).Status);
            return nodes;
        }
        catch (Exception)
        {
            // Those that did start must not outlive the test.
            await nodes.DisposeAsync();
            throw;
        }
    }

    /// <summary>A further node, with more in its environment.</summary>
    public Task<KeywardServer> AddAsync(params (string Name, string Value)[] more) =>
        AddWithAsync([.. Environment(), .. more]);

    /// <summary>A node whose way to the database leads through a socket in another folder.</summary>
    public async Task<KeywardServer> AddThroughAsync(string folder)
    {
        var (direct, file) = (await File.ReadAllTextAsync(_data.In("connection")), _data.In(folder + "-connection"));
        await File.WriteAllTextAsync(file, $"Host={_data.In(folder)};{direct[(direct.IndexOf(';') + 1)..]}");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return await AddWithAsync([("KEYWARD_STORAGE", "postgres"), ("KEYWARD_POSTGRES_FILE", file)]);
    }

    private async Task<KeywardServer> AddWithAsync((string, string)[] environment)
    {
        var folder = Prepare($"node{_servers.Count}");
        if (_servers.Count > 0) CopyRoot(folder);
        var server = await KeywardServer.StartAsync(folder, $"127.0.0.1:{Ports.Next()}", environment);
        _servers.Add(server);
        _clients.Add(new RestClient(server, Path.Combine(_servers[0].Data, "credentials/admin.json")));
        return server;
    }

    /// <summary>Starts a node again that has ended, where it was.</summary>
    public async Task RestartAsync(int node)
    {
        await _servers[node].ExitAsync();
        _servers[node] = await KeywardServer.StartAsync(_servers[node].Data, _servers[node].Address, Environment());
    }

    /// <summary>Starts another release of the program where a node has ended.</summary>
    public async Task UpgradeAsync(int node, string program)
    {
        await _servers[node].ExitAsync();
        var (server, errors) = await KeywardServer.TryStartReleaseAsync(
            program, _servers[node].Data, _servers[node].Address, Environment());
        Assert.True(server is not null, errors);
        _servers[node] = server;
    }

    /// <summary>Stops every node; each must end well, and each log hold. Gives what was found of each.</summary>
    public async Task<IReadOnlyList<JsonElement>> VerifyLogsAsync()
    {
        var reports = new List<JsonElement>();
        foreach (var server in _servers) Assert.Equal(0, await server.StopAsync());
        foreach (var server in _servers)
        {
            var (code, output, errors) = await KeywardServer.RunAsync(
                KeywardServer.Program, ["audit", "verify", Path.Combine(server.Data, "audit")]);
            Assert.True(code == 0, output + errors);
            reports.AddRange(JsonDocument.Parse(output).RootElement.GetProperty("logs").EnumerateArray());
        }

        return reports;
    }

    /// <summary>Both vendors' clients, which use and change keys without end: <c>cluster-failover.js</c>. It says
    /// "running" once it does.</summary>
    /// <param name="attempts">Of a call of AWS's client, which tries three times unless told; Google's tries for a
    /// minute.</param>
    public Process StartClients(bool isBalanced = false, int attempts = 3)
    {
        var start = new ProcessStartInfo("node", ["cluster-failover.js"])
        {
            WorkingDirectory = Path.Combine(KeywardServer.Root, "tests/clients/node"),
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        KeywardServer.Isolate(start);
        foreach (var (name, value) in _servers[0].AdminEnvironment()) start.Environment[name] = value;
        start.Environment["NODES"] = string.Join(',', _servers.Select(s => s.Address));
        start.Environment["AWS_MAX_ATTEMPTS"] = $"{attempts}";
        if (isBalanced) start.Environment["BALANCED"] = "1";
        return Process.Start(start)!;
    }

    /// <summary>Lets the clients go on a little; no call of theirs may have failed, no change been lost.</summary>
    public static async Task EndAsync(Process clients)
    {
        await clients.StandardInput.WriteLineAsync("promoted");
        var result = JsonDocument.Parse((await clients.StandardOutput.ReadLineAsync())!).RootElement;
        Assert.Equal("[]", result.GetProperty("failures").ToString());
        Assert.Equal("[]", result.GetProperty("lost").ToString());
    }

    public string Prepare(string name)
    {
        var folder = _data.In(name);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder;
    }

    public (string, string)[] Environment() =>
        [("KEYWARD_STORAGE", "postgres"), ("KEYWARD_POSTGRES_FILE", _data.In("connection"))];

    public async Task<string> MakeKeyAsync(string name)
    {
        await MakeKeyAsync(0, name);
        return await EncryptAsync(0, name);
    }

    public async Task MakeKeyAsync(int node, string name)
    {
        // The first try may have made it before its node fell out of step.
        var status = await Waiting.InStepAsync(async () => (await Clients[node].PostAsync(
            $"{Keys}?cryptoKeyId={name}", """{"purpose":"ENCRYPT_DECRYPT"}""")).Status);
        Assert.Contains(status, (int[])[200, 409]);
    }

    /// <summary>Gives the ciphertext.</summary>
    public async Task<string> EncryptAsync(int node, string key)
    {
        var body = default(JsonElement);
        var status = await Waiting.InStepAsync(async () =>
        {
            (var answer, body) = await Clients[node].PostAsync($"{Keys}/{key}:encrypt", """{"plaintext":"aGVsbG8="}""");
            return answer;
        });
        Assert.True(status == 200, body.ToString());
        return body.GetProperty("ciphertext").GetString()!;
    }

    /// <summary>Until a node wants traffic.</summary>
    public Task UntilReadyAsync(int node) =>
        Waiting.UntilAsync(async () => (await Clients[node].GetAsync("/readyz")).Status == 200);

    /// <summary>What a node answers once it is in step.</summary>
    public Task<int> DecryptAsync(int node, string key, string ciphertext) =>
        Waiting.InStepAsync(() => DecryptOnceAsync(node, key, ciphertext));

    /// <summary>One request; 503 where the node's lease has ended.</summary>
    public async Task<int> DecryptOnceAsync(int node, string key, string ciphertext) =>
        (await Clients[node].PostAsync($"{Keys}/{key}:decrypt", $$"""{"ciphertext":"{{ciphertext}}"}""")).Status;

    /// <summary>What a node answers once it is in step.</summary>
    public Task<int> SetStateAsync(int node, string key, string state) =>
        Waiting.InStepAsync(() => SetStateOnceAsync(node, key, state));

    /// <summary>One request; 503 where the node's lease has ended, or its change may be lost.</summary>
    public async Task<int> SetStateOnceAsync(int node, string key, string state) => (await Clients[node].SendAsync(
        HttpMethod.Patch, $"{Keys}/{key}/cryptoKeyVersions/1?updateMask=state", $$"""{"state":"{{state}}"}""")).Status;

    /// <summary>The output of a command of the administrator's.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, errors) = await KeywardServer.RunAsync(
            KeywardServer.Program, arguments, null, _servers[0].AdminEnvironment());
        Assert.True(code == 0, errors);
        return output;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) client.Dispose();
        foreach (var server in _servers)
        {
            await server.SignalAsync("CONT");
            await server.DisposeAsync();
        }

        _data.Dispose();
    }

    private void CopyRoot(string folder)
    {
        File.Copy(Path.Combine(_servers[0].Data, "root.key"), Path.Combine(folder, "root.key"));
        File.SetUnixFileMode(Path.Combine(folder, "root.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
