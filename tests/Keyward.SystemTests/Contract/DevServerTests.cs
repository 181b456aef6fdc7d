using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>The development server, through the vendors' unmodified clients.</summary>
public sealed class DevServerTests
{
    private const string Key = "projects/default/locations/us-east-1/keyRings/shop/cryptoKeys/orders";

    private const string Seed = """
        {
          "seed": "shop", "clock": "2026-01-01T00:00:00Z",
          "serviceAccounts": [{
            "name": "orders", "roles": [{"role": "roles/owner", "on": "projects/default"}],
            "accessKeys": [{"id": "AKIAKWDEVORDERS00001", "secret": "orders/development/secret/not/real/00001"}]}],
          "keys": [{
            "name": "projects/default/locations/us-east-1/keyRings/shop/cryptoKeys/orders",
            "id": "11111111-2222-4333-8444-555555555555", "aliases": ["orders"], "rotationPeriod": "90d",
            "destroyScheduledDuration": "30d"}]
        }
        """;

    private static readonly Dictionary<string, string> Google = new()
    {
        ["403"] = """{"code":7,"message":"Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource '""" +
            Key + """' (or it may not exist).","met":1}""",
        ["429"] = """{"code":8,"message":"Quota exceeded for requests_per_minute of projects/default: 0 a minute. """ +
            """Try again later.","met":1}""",
        ["500"] = """{"code":13,"message":"Internal error encountered.","met":1}""",
        // Google's client tries again by itself where the service is unavailable, and nowhere else.
        ["503"] = """{"ok":true,"met":1}""",
        ["retried"] = """{"ok":true,"met":2}""",
        ["disabled-key"] = """{"code":9,"message":"KEY/cryptoKeyVersions/1 is not enabled, current state is: """
            .Replace("KEY", Key, StringComparison.Ordinal) + """DISABLED.","met":1}""",
        ["otherKey"] = """{"ok":true,"met":0}""",
        ["otherOperation"] = """{"ok":true,"met":0}""",
    };

    private static readonly (string Step, string Json)[] Aws =
    [
        ("opened", "\"hello\""), ("key", "\"ARN\""),
        ("403", """
            {"name":"AccessDeniedException","status":400,"message":"User: arn:aws:iam::000000000001:user/orders is not authorized to perform: kms:Encrypt on resource: ARN because no identity-based policy allows the kms:Encrypt action","met":1}
            """),
        ("429", """
            {"name":"ThrottlingException","status":400,"message":"You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.","met":1}
            """),
        ("500", """{"name":"KMSInternalException","status":500,"message":"Internal error encountered.","met":1}"""),
        ("503", """
            {"name":"ServiceUnavailableException","status":503,"message":"The service is currently unavailable.","met":1}
            """),
        ("disabled-key", """{"name":"DisabledException","status":400,"message":"ARN is disabled.","met":1}"""),
        // AWS's client tries three times in all, for each of these.
        ("retried429", """{"attempts":3,"met":2}"""), ("retried500", """{"attempts":3,"met":2}"""),
        ("retried503", """{"attempts":3,"met":2}"""),
        ("givesUp", """
            {"name":"ServiceUnavailableException","status":503,"message":"The service is currently unavailable.","met":3}
            """),
        ("ofOthers", """{"attempts":1,"met":0}"""),
        ("session", """
            {"name":"Throttling","status":400,"message":"Quota exceeded for requests_per_minute of deployment: 0 a minute. Try again later.","met":1}
            """),
        ("sameShare", "true"), ("deleted", "\"NotFoundException\""),
    ];

    [Fact]
    public async Task Both_vendors_clients_meet_faults_time_and_the_ciphertexts_of_an_earlier_run()
    {
        using var data = new TemporaryData();
        string ciphertext;
        await using (var first = await StartAsync(data))
        {
            var result = await RunAsync(first, "dev-google.js", "");
            ciphertext = result.GetProperty("ciphertext").GetString()!;
            foreach (var transport in (string[])["grpc", "rest"])
            {
                var seen = result.GetProperty(transport);
                foreach (var (step, json) in Google) Assert.Equal(json, seen.GetProperty(step).GetRawText());
                Assert.Equal(4, seen.GetProperty("late").GetProperty("code").GetInt32());
                Assert.Equal(1, seen.GetProperty("late").GetProperty("met").GetInt32());
            }

            Assert.Equal((2, "DESTROYED", "2"), (result.GetProperty("rotated").GetInt32(),
                result.GetProperty("destroyed").GetString(), result.GetProperty("afterwards").GetString()));
            Assert.Equal(0, await first.StopAsync());
        }

        await using var second = await StartAsync(data);
        var aws = await RunAsync(second, "dev-aws.js", ciphertext);
        foreach (var (step, json) in Aws)
            Assert.Equal(json.Trim().Replace("ARN",
                "arn:aws:kms:us-east-1:000000000001:key/11111111-2222-4333-8444-555555555555", StringComparison.Ordinal),
                aws.GetProperty(step).GetRawText());
    }

    [Fact]
    public async Task The_command_line_moves_the_clock_and_sets_faults()
    {
        using var data = new TemporaryData();
        await using var server = await StartAsync(data);
        Assert.Contains("DEVELOPMENT SERVER", server.Errors);
        Assert.StartsWith("2026-01-01T00:0", Text(await CliAsync(server, 0, "dev", "clock", "show"), "now"));
        await CliAsync(server, 0, "dev", "clock", "advance", "100d");
        Assert.StartsWith("2027-01-01T00:00:0",
            Text(await CliAsync(server, 0, "dev", "clock", "set", "2027-01-01T00:00:00Z"), "now"));
        await CliAsync(server, 1, "dev", "clock", "set", "2026-06-01T00:00:00Z");
        await CliAsync(server, 0, "dev", "fault", "add", "--id", "f", "--fault", "503", "--key", Key, "--share", "0.5",
            "--times", "3", "--delay", "10ms", "--operation", "Encrypt");
        await CliAsync(server, 1, "dev", "fault", "add", "--id", "f", "--fault", "503");
        var listed = (await CliAsync(server, 0, "dev", "fault", "list")).GetProperty("items")[0];
        Assert.Equal("""
            {"id":"f","fault":"503","key":"KEY","operation":"Encrypt","delay":"0.010s","share":0.5,"times":"3"}
            """.Trim().Replace("KEY", Key, StringComparison.Ordinal), listed.GetRawText());
        await CliAsync(server, 0, "dev", "fault", "remove", "f");
        await CliAsync(server, 1, "dev", "fault", "remove", "f");
        // Its records say that it was no real one.
        using var admin = new RestClient(server);
        using var answer = await admin.Http.GetAsync("/v1/projects/default/locations");
        Assert.Equal("true", answer.Headers.GetValues("x-keyward-dev").Single());
    }

    [Fact]
    public async Task Production_and_development_never_share_a_folder()
    {
        using var data = new TemporaryData();
        await using (var production = await KeywardServer.StartAsync(data.In("kms")))
        {
            await CliAsync(production, 1, "dev", "clock", "show");
            await production.StopAsync();
        }

        var (none, why) = await KeywardServer.TryStartAsync(data.In("kms"), "127.0.0.1:0", ("KEYWARD_DEV", "true"));
        Assert.Null(none);
        Assert.Contains("was not made by --dev", why);
        await using (await KeywardServer.StartAsync(data.In("kms")))
        {
            // It is what it was.
        }

        await using (await KeywardServer.StartAsync(data.In("dev"), "127.0.0.1:0", ("KEYWARD_DEV", "true")))
        {
            // Its folder is marked.
        }

        (none, why) = await KeywardServer.TryStartAsync(data.In("dev"));
        Assert.Null(none);
        Assert.Contains("was made by --dev", why);
    }

    [Fact]
    public async Task A_seed_with_errors_starts_nothing_and_says_all_of_them()
    {
        using var data = new TemporaryData();
        await File.WriteAllTextAsync(data.In("seed.json"), """
            {"keys": [
              {"name": "projects/default/locations/us-east-1/keyRings/r/cryptoKeys/a", "versions": [{"material": "AA=="}]},
              {"name": "projects/none/locations/us-east-1/keyRings/r/cryptoKeys/b"},
              {"name": "projects/default/locations/us-east-1/keyRings/r/cryptoKeys/c", "rotationPeriod": "1h"},
              {"name": "projects/default/locations/us-east-1/keyRings/r/cryptoKeys/d", "replicas": ["us-east-1", "mars"],
               "policy": {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "000000000009"}}]}}]}
            """);
        var (none, why) = await KeywardServer.TryStartAsync(data.In("dev"), "127.0.0.1:0", ("KEYWARD_DEV", "true"),
            ("KEYWARD_DEV_SEED", data.In("seed.json")));
        Assert.Null(none);
        Assert.Contains("projects/none/locations/us-east-1/keyRings/r: there is no such project.", why);
        Assert.Contains("cryptoKeys/a/cryptoKeyVersions/1: The key has 1 bytes; the algorithm needs 32.", why);
        Assert.Contains("cryptoKeys/c: The rotation period must be from 24 hours", why);
        Assert.Contains("cryptoKeys/d: us-east-1 is not another location of this server.", why);
        Assert.Contains("cryptoKeys/d: mars is not another location of this server.", why);
        Assert.Contains("cryptoKeys/d: Policy contains a statement with one or more invalid principals.", why);
    }

    [Fact]
    public async Task A_seed_makes_keys_to_import_into_replicas_and_key_policies()
    {
        using var data = new TemporaryData();
        await File.WriteAllTextAsync(data.In("seed.json"), """
            {"serviceAccounts": [{"name": "orders",
               "accessKeys": [{"id": "AKIAKWDEVORDERS00001", "secret": "orders/development/secret/not/real/00001"}]}],
             "keys": [
               {"name": "projects/default/locations/us-east-1/keyRings/shop/cryptoKeys/bare", "importOnly": true,
                "aliases": ["bare"], "description": "to come"},
               {"name": "projects/default/locations/us-east-1/keyRings/shop/cryptoKeys/held", "importOnly": true,
                "aliases": ["held"], "versions": [{"material": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}]},
               {"name": "projects/default/locations/us-east-1/keyRings/aws/cryptoKeys/mrk-11111111222243338444555555555555",
                "id": "11111111-2222-4333-8444-555555555555", "replicas": ["eu-west-1"], "aliases": ["everywhere"]},
               {"name": "projects/default/locations/us-east-1/keyRings/shop/cryptoKeys/guarded", "aliases": ["guarded"],
                "tags": {"team": "orders"}, "policy": {"Version": "2012-10-17", "Statement": [
                  {"Effect": "Allow", "Principal": {"AWS": "000000000001"}, "Action": "kms:*", "Resource": "*"},
                  {"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::000000000001:user/admin"},
                   "Action": "kms:Encrypt", "Resource": "*"},
                  {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000001:user/orders"},
                   "Action": "kms:Encrypt", "Resource": "*"}]}}]}
            """);
        await using var server = await KeywardServer.StartAsync(data.In("dev"), "127.0.0.1:0", ("KEYWARD_DEV", "true"),
            ("KEYWARD_DEV_SEED", data.In("seed.json")));
        var result = await RunAsync(server, "dev-seed.js", "");
        Assert.Equal("""
            {"bare":"EXTERNAL PendingImport to come","imported":"ok",
            "held":"EXTERNAL Enabled KEY_MATERIAL_DOES_NOT_EXPIRE","deleted":"ok","heldThen":"PendingImport",
            "set":["mrk-11111111222243338444555555555555","PRIMARY","eu-west-1"],"abroad":"hello eu-west-1",
            "replicaRotates":"UnsupportedOperationException","abroadAfter":"ok",
            "tags":[{"TagKey":"team","TagValue":"orders"}],"policy":3,"owner":"ok","admin":"AccessDeniedException"}
            """.ReplaceLineEndings(""), result.GetRawText());
    }

    private static async Task<KeywardServer> StartAsync(TemporaryData data)
    {
        await File.WriteAllTextAsync(data.In("seed.json"), Seed);
        return await KeywardServer.StartAsync(data.In("dev"), "127.0.0.1:0", ("KEYWARD_DEV", "true"),
            ("KEYWARD_DEV_SEED", data.In("seed.json")));
    }

    private static async Task<JsonElement> RunAsync(KeywardServer server, string script, string ciphertext)
    {
        var (code, output, errors) = await KeywardServer.RunAsync("node", [script],
            Path.Combine(KeywardServer.Root, "tests/clients/node"),
            [.. server.AdminEnvironment(), ("CIPHERTEXT", ciphertext)]);
        Assert.True(code == 0, errors + server.Errors);
        var result = JsonDocument.Parse(output).RootElement;
        Assert.False(result.TryGetProperty("failed", out var failed), failed.ToString() + server.Errors);
        return result;
    }

    private static async Task<JsonElement> CliAsync(KeywardServer server, int expected, params string[] arguments)
    {
        var (code, output, errors) = await KeywardServer.RunAsync(
            KeywardServer.Program, arguments, null, server.AdminEnvironment());
        Assert.True(code == expected, $"{code}: {errors}{output}");
        return output.Length == 0 ? default : JsonDocument.Parse(output).RootElement;
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
