using System.Globalization;
using System.Text.Json;
using Google.Cloud.Kms.V1;
using Google.Protobuf;
using Grpc.Core;
using Keyward.Client;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>What the log answers about calls that real clients made.</summary>
public sealed class QuestionTests : IDisposable
{
    private const string Ring = "projects/default/locations/global/keyRings/ring";

    private readonly TemporaryData _data = new();

    [Fact]
    public async Task The_log_is_asked_by_key_principal_source_operation_outcome_and_time()
    {
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        await MakeKeysAsync(server);
        await UseAsync(server, 7);
        await CheckAsync(server);
        server.Kill();
        await using var again = await KeywardServer.StartAsync(_data.In("kms"));
        await CheckAsync(again);

        // Counted by a field, and one record by its request's id.
        foreach (var key in (string[])["orders", Ring.Split('/')[^1] + "/orders", Ring + "/cryptoKeys/orders"])
        {
            var counted = await ToolAsync(
                again, "audit", "query", "--key", key, "--count-by", "operation", "--format", "json");
            Assert.True(counted.Code == 0, counted.Errors);
            Assert.Contains("{\"text\":\"encrypt\",\"count\":7}", counted.Output, StringComparison.Ordinal);
        }

        var one = (await QueryAsync(again, "--operation", "create_key", "--limit", "1")).Single();
        Assert.Equal(one.GetRawText(), (await QueryAsync(again, "--id", IdOf(one)!)).Single().GetRawText());
        Assert.Equal(0, (await ToolAsync(again, "audit", "prove", IdOf(one)!)).Code);
        using (var client = new RestClient(again))
        {
            var figures = (await client.GetAsync("/keyward/v1/metrics/keys?parent=projects/default&pageSize=1")).Body;
            Assert.Equal(1, figures.GetProperty("keys").GetArrayLength());
            var orders = (await client.GetAsync("/keyward/v1/metrics/keys?pageToken="
                + Uri.EscapeDataString(figures.GetProperty("nextPageToken").GetString()!))).Body.GetProperty("keys")[0];
            Assert.Equal(Ring + "/cryptoKeys/orders", orders.GetProperty("key").GetString());
            Assert.True(int.Parse(orders.GetProperty("requests").GetString()!, CultureInfo.InvariantCulture) >= 14);
        }

        // Who asked what is in the log too.
        await QueryAsync(again, "--operation", "create_key", "--limit", "1");
        var asked = (await QueryAsync(again, "--operation", "read_audit", "--limit", "1")).Single().GetProperty("params");
        Assert.Equal("create_key", asked.GetProperty("operation").GetString());
        Assert.Equal("1", asked.GetProperty("found").GetString());
        var (code, _, errors) = await ToolAsync(again, "audit", "query", "--source", "nowhere");
        Assert.Equal(1, code);
        Assert.Contains("network", errors, StringComparison.Ordinal);

        // What was mistyped does not read as if nothing had happened.
        (code, _, errors) = await ToolAsync(again, "audit", "query", "--outcome", "refused");
        Assert.Equal(2, code);
        Assert.Contains("denied", errors, StringComparison.Ordinal);
        (code, var output, errors) = await ToolAsync(again, "audit", "query", "--operation", "encipher");
        Assert.Equal((0, ""), (code, output));
        Assert.Contains("No record", errors, StringComparison.Ordinal);
        (_, output, _) = await ToolAsync(
            again, "audit", "query", "--operation", "create_key", "--limit", "1", "--field", "operation", "--field", "key.project");
        Assert.Equal("create_key\tdefault\n", output);
        using (var client = new RestClient(again))
            Assert.Equal(400, (await client.GetAsync("/keyward/v1/audit/records?outcome=refused")).Status);
    }

    [Fact]
    public async Task Each_version_has_its_first_and_last_use_and_who_uses_it()
    {
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        await MakeKeysAsync(server);
        await UseAsync(server, 3);
        Assert.Equal(0, (await ToolAsync(server, "key", "rotate", "orders", "--keyring", "ring")).Code);
        await UseAsync(server, 2);
        var versions = (await UsageAsync(server, "key", "usage", "orders")).GetProperty("versions");
        Assert.Equal(["6", "4"], versions.EnumerateArray().Select(v => v.GetProperty("uses").GetString()));
        Assert.True(versions[0].GetProperty("lastUseTime").GetDateTimeOffset()
            < versions[1].GetProperty("firstUseTime").GetDateTimeOffset());
        var principal = versions[1].GetProperty("principals")[0];
        Assert.StartsWith("admin@", principal.GetProperty("principal").GetString(), StringComparison.Ordinal);
        Assert.Equal(["encrypt", "decrypt"],
            principal.GetProperty("operations").EnumerateArray().Select(o => o.GetString()));
        var first = await UsageAsync(server, "version", "usage", "1", "--key", "orders");
        Assert.Equal("6", first.GetProperty("versions")[0].GetProperty("uses").GetString());
        Assert.False((await UsageAsync(server, "key", "usage", "idle")).TryGetProperty("versions", out _));
        await server.StopAsync();
        await using var again = await KeywardServer.StartAsync(_data.In("kms"));
        Assert.Equal(versions.GetRawText(),
            (await UsageAsync(again, "key", "usage", "orders")).GetProperty("versions").GetRawText());
    }

    [Fact]
    public async Task An_export_and_a_bundle_can_be_for_one_recipient_alone()
    {
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        await MakeKeysAsync(server);
        var made = await KeywardServer.RunAsync("age-keygen", ["-o", _data.In("identity")]);
        Assert.True(made.Code == 0, made.Errors);
        var recipient = (await KeywardServer.RunAsync("age-keygen", ["-y", _data.In("identity")])).Output.Trim();
        var id = IdOf((await QueryAsync(server, "--operation", "create_key", "--limit", "1")).Single())!;
        var bundled = await ToolAsync(server, "audit", "bundle", id, "--recipient", recipient, "--out", _data.In("case.age"));
        Assert.True(bundled.Code == 0, bundled.Errors);
        var bundle = await OpenAsync("case.age");
        Assert.Contains(id, bundle, StringComparison.Ordinal);
        await ExportAsync(server, recipient, "audit.age");
        Assert.DoesNotContain("create_key", await File.ReadAllTextAsync(_data.In("audit.age")), StringComparison.Ordinal);
        var lines = (await OpenAsync("audit.age")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Count(l => JsonDocument.Parse(l).RootElement.GetProperty("operation").GetString() == "create_key"));
        Assert.Equal(2, (await ToolAsync(server, "audit", "export", "--recipient", "age1nobody")).Code);

        var stranger = await KeywardServer.RunAsync("age-keygen", ["-o", _data.In("stranger")]);
        Assert.True(stranger.Code == 0, stranger.Errors);
        var refused = await ToolAsync(server, "audit", "open", _data.In("audit.age"), "--identity", _data.In("stranger"));
        Assert.Equal((1, "keyward: The file is encrypted to other recipients than the identities given."),
            (refused.Code, refused.Errors.Trim()));

        // Sealed to a key of the server: who may decrypt with it opens the export, and nobody else.
        var keys = await ToolAsync(server, "backup", "keygen", "--wrap-key", "ring/orders", "--out", _data.In("wrapped"), "--format", "json");
        Assert.True(keys.Code == 0, keys.Errors);
        await ExportAsync(server, JsonDocument.Parse(keys.Output).RootElement.GetProperty("recipient").GetString()!, "wrapped.age");
        var opened = await ToolAsync(server, "audit", "open", _data.In("wrapped.age"), "--identity", _data.In("wrapped"));
        Assert.True(opened.Code == 0, opened.Errors);
        Assert.Contains("create_key", opened.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await ToolAsync(server, "version", "disable", "1", "--key", "orders", "--keyring", "ring")).Code);
        Assert.Equal(1, (await ToolAsync(server, "audit", "open", _data.In("wrapped.age"), "--identity", _data.In("wrapped"))).Code);
    }

    [Fact]
    public async Task A_draft_of_either_language_is_judged_by_what_was_called_and_the_least_is_recommended()
    {
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        await MakeKeysAsync(server);
        var made = await ToolAsync(server, "service-account", "create", "app", "--key-file", _data.In("app.json"));
        Assert.True(made.Code == 0, made.Errors);
        var email = JsonDocument.Parse(made.Output).RootElement.GetProperty("email").GetString()!;
        Assert.Equal(0, (await ToolAsync(server, "policy", "add", Ring,
            "--member", "serviceAccount:" + email, "--role", "roles/cloudkms.cryptoOperator")).Code);
        await UseAsync(server, 4, _data.In("app.json"));
        await File.WriteAllTextAsync(_data.In("google.json"), $$"""
            {"bindings":[{"role":"roles/cloudkms.cryptoKeyEncrypter","members":["serviceAccount:{{email}}"]}]}
            """);
        await File.WriteAllTextAsync(_data.In("aws.json"), """
            {"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"kms:Encrypt","Resource":"*"}}
            """);
        var (otherwise, judged) = await SimulateAsync(server, 1, "google.json", "--resource", Ring);
        Assert.True(judged >= 9);
        Assert.Equal(("cloudkms.cryptoKeyVersions.useToDecrypt", "refuses", "5"), otherwise);
        (otherwise, _) = await SimulateAsync(server, 1, "aws.json", "--identity", email);
        Assert.Equal(("cloudkms.cryptoKeyVersions.useToEncrypt", "refuses", "4"), otherwise);

        // Where nothing was judged every figure is there all the same.
        string[] nothing = ["policy", "simulate", _data.In("google.json"), "--resource", Ring, "--since", "2999-01-01T00:00:00Z"];
        var none = JsonDocument.Parse((await ToolAsync(server, [.. nothing, "--format", "json"])).Output).RootElement;
        Assert.Equal("cut:False differentAlready:0 judged:0 otherwise:[] undecided:0",
            string.Join(' ', none.EnumerateObject().Select(f => $"{f.Name}:{f.Value}").Order(StringComparer.Ordinal)));
        var shown = await ToolAsync(server, [.. nothing, "--format", "table"]);
        Assert.Contains("judged: 0\n", shown.Output, StringComparison.Ordinal);
        Assert.Contains("Since 2999-01-01T00:00:00Z no call was recorded", shown.Errors, StringComparison.Ordinal);

        var (code, output, errors) = await ToolAsync(
            server, "policy", "recommend", Ring, "--principal", email, "--format", "json");
        Assert.True(code == 0, errors);
        Assert.Contains("roles/cloudkms.cryptoKeyEncrypterDecrypter", output, StringComparison.Ordinal);
        Assert.Contains("kms:Decrypt", output, StringComparison.Ordinal);
        Assert.Contains("roles/cloudkms.cryptoOperator", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_out_of_the_ordinary_is_found_explained_and_judged()
    {
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        await MakeKeysAsync(server);
        Assert.Equal(0, (await ToolAsync(server, "policy", "add", Ring,
            "--member", "allAuthenticatedUsers", "--role", "roles/cloudkms.viewer")).Code);
        var finding = (await AnomaliesAsync(server)).Single();
        Assert.Equal(("policy_widened", "high"), (Text(finding, "kind"), Text(finding, "severity")));
        var id = Text(finding, "id")!;
        var explained = await ToolAsync(server, "anomaly", "explain", id, "--format", "json");
        Assert.Contains("set_policy", explained.Output, StringComparison.Ordinal);
        using (var client = new RestClient(server))
            Assert.Contains("keyward_anomalies_total{otel_scope_name=\"Keyward.Server\",kind=\"policy_widened\",severity=\"high\"} 1",
                await client.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Equal(1, (await ToolAsync(server, "anomaly", "dismiss", "0123456789abcdef", "--verdict", "true")).Code);
        Assert.Equal(0, (await ToolAsync(
            server, "anomaly", "dismiss", id, "--verdict", "expected", "--note", "a test")).Code);
        Assert.Empty(await AnomaliesAsync(server));
        server.Kill();
        await using var again = await KeywardServer.StartAsync(_data.In("kms"));
        Assert.Equal("a test", Text((await AnomaliesAsync(again, "--all")).Single(), "note"));
    }

    public void Dispose() => _data.Dispose();

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static async Task<List<JsonElement>> AnomaliesAsync(KeywardServer server, params string[] options)
    {
        var (code, output, errors) = await ToolAsync(server, ["anomaly", "list", .. options, "--format", "json"]);
        Assert.True(code == 0, errors);
        var root = JsonDocument.Parse(output).RootElement;
        return [.. (root.ValueKind == JsonValueKind.Array ? root : root.EnumerateObject().First().Value).EnumerateArray()];
    }

    /// <summary>The output is bytes, so a shell keeps it.</summary>
    private async Task ExportAsync(KeywardServer server, string recipient, string file)
    {
        var (code, _, errors) = await KeywardServer.RunAsync("sh",
            ["-c", $"'{KeywardServer.Program}' audit export --addr {server.Address} --recipient {recipient} > '{_data.In(file)}'"],
            null, server.AdminEnvironment());
        Assert.True(code == 0, errors);
    }

    private async Task<string> OpenAsync(string file)
    {
        var (code, output, errors) = await KeywardServer.RunAsync(
            "age", ["--decrypt", "--identity", _data.In("identity"), _data.In(file)]);
        Assert.True(code == 0, errors);
        return output;
    }

    private async Task<((string?, string?, string?) Otherwise, int Judged)> SimulateAsync(
        KeywardServer server, int code, string file, params string[] on)
    {
        var run = await ToolAsync(server,
            ["policy", "simulate", _data.In(file), .. on, "--since", "-1h", "--check", "--format", "json"]);
        Assert.True(run.Code == code, run.Errors);
        var simulation = JsonDocument.Parse(run.Output).RootElement;
        var calls = simulation.GetProperty("otherwise").EnumerateArray().Single();
        return ((calls.GetProperty("permission").GetString(), calls.GetProperty("draft").GetString(),
            calls.GetProperty("calls").GetString()),
            int.Parse(simulation.GetProperty("judged").GetString()!, System.Globalization.CultureInfo.InvariantCulture));
    }

    private static async Task<JsonElement> UsageAsync(KeywardServer server, params string[] command)
    {
        var (code, output, errors) = await ToolAsync(server, [.. command, "--keyring", "ring", "--format", "json"]);
        Assert.True(code == 0, errors);
        return JsonDocument.Parse(output).RootElement;
    }

    private static async Task CheckAsync(KeywardServer server)
    {
        Assert.Equal(7, (await QueryAsync(server, "--key", "orders", "--operation", "decrypt", "--outcome", "ok")).Count);
        Assert.Single(await QueryAsync(server, "--key", Ring + "/cryptoKeys/orders", "--outcome", "invalid"));
        Assert.Equal(7, (await QueryAsync(server, "--operation", "encrypt", "--source", "127.0.0.0/8",
            "--principal", "admin", "--since", "-1h")).Count);
        Assert.Empty(await QueryAsync(server, "--operation", "encrypt", "--source", "10.0.0.0/8"));
        Assert.Empty(await QueryAsync(server, "--operation", "encrypt", "--until", "-1h"));
        var newest = await QueryAsync(server, "--key", "orders", "--limit", "3");
        var oldest = await QueryAsync(server, "--key", "orders", "--limit", "3", "--oldest-first");
        Assert.Equal((3, 3), (newest.Count, oldest.Count));
        Assert.Equal("create_key", oldest[0].GetProperty("operation").GetString());
        Assert.True(newest[0].GetProperty("time").GetDateTimeOffset() > oldest[2].GetProperty("time").GetDateTimeOffset());
        var scanned = await QueryAsync(server, "--key", "orders", "--scan");
        Assert.Equal(scanned.Select(IdOf), (await QueryAsync(server, "--key", "orders")).Select(IdOf));
    }

    private static string? IdOf(JsonElement record) => record.GetProperty("id").GetString();

    private static async Task MakeKeysAsync(KeywardServer server)
    {
        foreach (var command in (string[][])[["keyring", "create", "ring"],
            ["key", "create", "orders", "--keyring", "ring", "--purpose", "encryption"],
            ["key", "create", "idle", "--keyring", "ring", "--purpose", "encryption"]])
            Assert.Equal(0, (await ToolAsync(server, command)).Code);
    }

    /// <summary>By Google's client: so many uses of each kind, and one that fails.</summary>
    private static async Task UseAsync(KeywardServer server, int uses, string? keyFile = null)
    {
        using var file = KeyFile.Load(
            keyFile ?? Path.Combine(server.Data, "credentials/admin.json"), TimeProvider.System);
        using var connection = new KeywardConnection(server.Address, Path.Combine(server.Data, "tls/ca.pem"), file);
        var name = Ring + "/cryptoKeys/orders";
        for (var i = 0; i < uses; i++)
        {
            var sealedText = await connection.Keys.EncryptAsync(new EncryptRequest
            {
                Name = name, Plaintext = ByteString.CopyFromUtf8("order " + i),
            });
            await connection.Keys.DecryptAsync(new DecryptRequest { Name = name, Ciphertext = sealedText.Ciphertext });
        }

        await Assert.ThrowsAsync<RpcException>(async () => await connection.Keys.DecryptAsync(
            new DecryptRequest { Name = name, Ciphertext = ByteString.CopyFromUtf8("no ciphertext of ours") }));
    }

    private static async Task<List<JsonElement>> QueryAsync(KeywardServer server, params string[] filters)
    {
        var (code, output, errors) = await ToolAsync(server, ["audit", "query", "--as", "keyward", .. filters]);
        Assert.True(code == 0, errors);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
    }

    private static Task<(int Code, string Output, string Errors)> ToolAsync(
        KeywardServer server, params string[] arguments) => KeywardServer.RunAsync(
            KeywardServer.Program, [.. arguments, "--addr", server.Address], null, server.AdminEnvironment());
}
