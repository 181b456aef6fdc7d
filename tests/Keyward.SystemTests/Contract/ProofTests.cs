using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Cloud.Kms.V1;
using Keyward.Client;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>Receipts on every door's answers, and what strangers make of them: proofs and bundles checked by the
/// command line without the server, and by the verifier in Python.</summary>
public sealed class ProofTests : IDisposable
{
    private const string Receipt = "x-keyward-receipt";

    private readonly TemporaryData _data = new();

    [Fact]
    public async Task Every_door_gives_a_receipt_that_anyone_can_check()
    {
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        var receipts = await ReceiptsAsync(server);
        var environment = server.AdminEnvironment();
        var keys = await ToolAsync(server, environment, "audit", "vkey");
        await File.WriteAllTextAsync(_data.In("vkey"), keys);
        var proofs = new List<string>();
        foreach (var (door, receipt) in receipts)
        {
            var proof = await ToolAsync(server, environment, "audit", "prove", receipt);
            Assert.StartsWith("c2sp.org/tlog-proof@v1\nindex " + receipt.Split('#')[1] + "\n", proof);
            proofs.Add(proof);
            using var json = JsonDocument.Parse(await ToolAsync(
                server, environment, "audit", "prove", receipt, "--format", "json"));
            using var record = JsonDocument.Parse(json.RootElement.GetProperty("record").GetString()!);
            Assert.Equal(door, record.RootElement.GetProperty("door").GetString());
        }

        await ToolAsync(server, environment,
            ["audit", "bundle", .. receipts.Values, receipts.Values.First(), "--out", _data.In("bundle.json")]);
        using var pair = JsonDocument.Parse(await ToolAsync(
            server, environment, "backup", "keygen", "--out", _data.In("identity"), "--format", "json"));
        await ToolAsync(server, environment, "audit", "bundle", receipts["aws"], "--out", _data.In("sealed"),
            "--recipient", pair.RootElement.GetProperty("recipient").GetString()!);
        await server.StopAsync();
        await SaidAsync(1, "nothing was given that opens it", _data.In("sealed"), "--vkey", _data.In("vkey"));
        await SaidAsync(0, null, _data.In("sealed"), "--vkey", _data.In("vkey"), "--identity", _data.In("identity"));
        Assert.Equal((0, $"ok, {receipts.Count} records proven\n"), await PythonAsync("bundle.json"));
        var (code, _, _) = await KeywardServer.RunAsync(KeywardServer.Program,
            ["audit", "verify", _data.In("bundle.json"), "--vkey", _data.In("vkey")]);
        Assert.Equal(0, code);
        await File.WriteAllTextAsync(_data.In("proof"), proofs[^1]);
        await SaidAsync(1, "is a proof without its record", _data.In("proof"), "--vkey", _data.In("vkey"));
        var bundle = await File.ReadAllTextAsync(_data.In("bundle.json"));
        foreach (var forge in Forgeries)
        {
            var json = JsonNode.Parse(bundle)!;
            forge(json, json["records"]![1]!);
            await File.WriteAllTextAsync(_data.In("forged.json"), json.ToJsonString());
            Assert.Equal(1, (await PythonAsync("forged.json")).Code);
            Assert.Equal(1, (await KeywardServer.RunAsync(KeywardServer.Program,
                ["audit", "verify", _data.In("forged.json"), "--vkey", _data.In("vkey")])).Code);
        }
    }

    /// <summary>Of each part of a bundle one that is not as it was.</summary>
    private static readonly Action<JsonNode, JsonNode>[] Forgeries =
    [
        (_, record) => record["record"] = ((string)record["record"]!).Replace("\"outcome\"", "\"outcame\""),
        (_, record) => record["index"] = (long)record["index"]! + 1,
        (_, record) => record["log"] = "keyward/0000/other",
        (_, record) => record["checkpoint"] = -1,
        (_, record) => record["proof"]![0] = Convert.ToBase64String(new byte[32]),
        (_, record) => record["proof"]!.AsArray().RemoveAt(0),
        (_, record) => record.AsObject().Remove("proof"),
        (bundle, _) => bundle["format"] = "keyward-audit-bundle/2",
        (bundle, _) => bundle["records"] = new JsonArray(),
        (bundle, record) => bundle["records"]!.AsArray().Add(record.DeepClone()),
        (bundle, _) => bundle["checkpoints"] = new JsonArray(),
        (bundle, _) => bundle["checkpoints"]!.AsArray().Select(c => ((string)c!).Replace("\n\n", "0\n\n")).ToList()
            .ForEach(c => bundle["checkpoints"] = new JsonArray(c)),
    ];

    [Fact]
    public async Task A_log_is_checked_over_http_and_only_its_files_are_served()
    {
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        var environment = server.AdminEnvironment();
        var keys = await ToolAsync(server, environment, "audit", "vkey");
        await File.WriteAllTextAsync(_data.In("vkey"), keys);
        var log = Path.GetFileName(Directory.GetDirectories(Path.Combine(server.Data, "audit")).Single());
        var address = $"https://{server.Address}/keyward/v1/audit/logs/{log}";
        var report = await ToolAsync(server, environment, "audit", "verify", address, "--vkey", _data.In("vkey"));
        Assert.Contains("\"ok\":true", report);
        // An address that is none is not called a broken log.
        var (code, _, errors) = await KeywardServer.RunAsync(KeywardServer.Program,
            ["audit", "verify", address + "x", "--vkey", _data.In("vkey")], null, environment);
        Assert.Equal(1, code);
        Assert.Contains("no log's address", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("does not hold", errors, StringComparison.Ordinal);
        using var client = new RestClient(server);
        foreach (var path in (string[])["vkey", "journal/00000000000000000000.journal", "..%2f..%2froot.key",
            "tile/..%2f..%2froot.key", "tile/0/../../../root.key", "tile/0/1", "tmp/x", "tile/entries/000.p/0"])
        {
            using var reply = await client.Http.GetAsync(new Uri(address + "/" + path));
            Assert.InRange((int)reply.StatusCode, 400, 404);
        }
    }

    [Fact]
    public async Task A_checkpoint_that_was_kept_tells_a_log_that_went_back_and_one_that_is_gone()
    {
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        var log = Directory.GetDirectories(Path.Combine(server.Data, "audit")).Single();
        await server.StopAsync();
        var checkpoint = Path.Combine(log, "checkpoint");
        File.Copy(checkpoint, _data.In("older"));
        await using (var again = await KeywardServer.StartAsync(server.Data)) await again.StopAsync();
        File.Copy(checkpoint, _data.In("newer"));
        await SaidAsync(0, null, server.Data, "--since", _data.In("older"), "--since", _data.In("newer"));
        await SaidAsync(2, "--since and --min-index are for whole logs", _data.In("newer"), "--since", _data.In("older"));

        // What was altered is the file that was kept, and the log is not blamed for it.
        var text = (await File.ReadAllTextAsync(_data.In("older"))).Split('\n');
        await File.WriteAllTextAsync(_data.In("altered"), string.Join('\n', [text[0], "1", .. text[2..]]));
        var errors = await SaidAsync(
            1, "altered cannot be held against the log: its signature is wrong", server.Data, "--since", _data.In("altered"));
        Assert.DoesNotContain("does not hold", errors, StringComparison.Ordinal);

        File.Copy(_data.In("older"), checkpoint, true);
        await SaidAsync(1, "the log was rolled back", server.Data, "--since", _data.In("newer"));
        Directory.Move(Path.Combine(log, "journal"), _data.In("journal"));
        File.Delete(Path.Combine(server.Data, "node"));
        await SaidAsync(0, "an older checkpoint was put in its place", server.Data);

        await using var other = await KeywardServer.StartAsync(_data.In("other"));
        await other.StopAsync();
        var keys = _data.In("keys");
        foreach (var data in (string[])[server.Data, other.Data])
            await File.AppendAllTextAsync(keys, await File.ReadAllTextAsync(Path.Combine(data, "audit/vkey")));
        var there = Directory.GetDirectories(Path.Combine(other.Data, "audit")).Single();
        await SaidAsync(1, "the log is not here", there, "--vkey", keys, "--since", _data.In("newer"));
    }

    public void Dispose() => _data.Dispose();

    private static async Task<string> SaidAsync(int code, string? said, params string[] arguments)
    {
        var (actual, output, errors) = await KeywardServer.RunAsync(KeywardServer.Program, ["audit", "verify", .. arguments]);
        Assert.True(actual == code, output + errors);
        if (said is null) Assert.Equal("", errors);
        else Assert.Contains(said, errors, StringComparison.Ordinal);
        return errors;
    }

    /// <summary>By door as records name it: an answer, a refusal, gRPC's, AWS's, a token's.</summary>
    private static async Task<Dictionary<string, string>> ReceiptsAsync(KeywardServer server)
    {
        var receipts = new Dictionary<string, string>();
        using var client = new RestClient(server);
        using var made = await client.Http.PostAsync(
            new Uri("/v1/projects/default/locations/global/keyRings?keyRingId=ring", UriKind.Relative), Body("{}"));
        receipts["google_rest"] = ReceiptOf(made);
        using var refused = await client.Http.PostAsync(new Uri("/", UriKind.Relative), Body("{}"));
        Assert.Equal(400, (int)refused.StatusCode);
        receipts["aws"] = ReceiptOf(refused);
        using var token = await client.Http.PostAsync(new Uri("/token", UriKind.Relative), Body("{}"));
        receipts["token"] = ReceiptOf(token);
        using var caller = await client.Http.GetAsync(new Uri("/keyward/v1/caller", UriKind.Relative));
        receipts["admin"] = ReceiptOf(caller);
        using var file = KeyFile.Load(Path.Combine(server.Data, "credentials/admin.json"), TimeProvider.System);
        using var connection = new KeywardConnection(server.Address, Path.Combine(server.Data, "tls/ca.pem"), file);
        using var call = connection.Keys.ListKeyRingsAsync(
            new ListKeyRingsRequest { Parent = "projects/default/locations/global" });
        receipts["google_grpc"] = (await call.ResponseHeadersAsync).GetValue(Receipt)!;
        return receipts;
    }

    private static string ReceiptOf(HttpResponseMessage response) => response.Headers.GetValues(Receipt).Single();

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private static async Task<string> ToolAsync(
        KeywardServer server, (string Name, string Value)[] environment, params string[] arguments)
    {
        var (code, output, errors) = await KeywardServer.RunAsync(
            KeywardServer.Program, [.. arguments, "--addr", server.Address], null, environment);
        Assert.True(code == 0, errors);
        return output;
    }

    private async Task<(int Code, string Output)> PythonAsync(string bundle)
    {
        var verifier = Path.Combine(KeywardServer.Root, "docs/reference/verify_audit.py");
        var (code, output, _) = await KeywardServer.RunAsync(
            "python3", [verifier, _data.In("vkey"), _data.In(bundle)]);
        return (code, output);
    }
}
