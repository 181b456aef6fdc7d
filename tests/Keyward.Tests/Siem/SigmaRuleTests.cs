using System.Text;
using System.Text.Json.Nodes;
using Keyward.Tests.Doors;
using Keyward.Tests.Tidy;
using Keyward.Vault.Automation;
using Keyward.Vault.Audit.Keeping;

namespace Keyward.Tests.Siem;

/// <summary>Every rule of deploy/siem on records that the real doors wrote, and on some that must not match.</summary>
public sealed class SigmaRuleTests(SigmaRuleTests.Written written) : IClassFixture<SigmaRuleTests.Written>
{
    private const string Ring = "/v1/projects/default/locations/global/keyRings/siem";

    private static readonly string Folder = Path.Combine(SourceTests.FindRoot(), "deploy/siem");

    public static TheoryData<string> Rules =>
        [.. Directory.GetFiles(Folder, "*.yml").Select(f => Path.GetFileNameWithoutExtension(f)).Order()];

    /// <summary>Which records, by operation and method, each rule finds among all that were written.</summary>
    private static readonly Dictionary<string, string[]> Expected = new()
    {
        ["credential-made"] = ["create_credential CreateKeyFile"],
        ["destruction"] = ["destroy_version DestroyCryptoKeyVersion"],
        ["flood"] = [],
        ["foreign-project"] = [],
        ["impersonation"] = [],
        ["issuer-trusted"] = ["add_issuer AddIssuer"],
        ["log-keeping"] = ["lift_hold Test", "rotate_log_key RotateLogKey"],
        ["policy-opened"] = ["set_policy SetIamPolicy"],
        ["refused"] = [],
    };

    /// <summary>What cannot be brought about here in passing.</summary>
    private static readonly Dictionary<string, string[]> Made = new()
    {
        ["flood"] = ["""{"kind":"summary","operation":"cut","outcome":"unauthenticated"}"""],
        ["foreign-project"] =
            ["""{"operation":"decrypt","outcome":"ok","key":{"project":"a"},"principal":{"project":"b"}}"""],
        ["impersonation"] = ["""{"operation":"assume_account","outcome":"ok"}"""],
        ["refused"] =
        [
            """{"kind":"operation","class":"data_read","outcome":"denied","principal":{"name":"a@b"}}""",
        ],
        ["destruction"] = ["""{"method":"ScheduleKeyDeletion","outcome":"ok"}"""],
        ["policy-opened"] =
        [
            """{"operation":"set_key_policy","outcome":"ok","change":{"key_policy":{"after":"{\"Principal\": \"*\"}"}}}""",
            """{"operation":"create_key","outcome":"ok","change":{"opens":{"after":"everybody"}}}""",
            """{"operation":"set_key_policy","outcome":"ok","change":{"key_policy":{"after":"{\"Principal\":{\"AWS\":[\n \"arn:aws:iam::1:root\",\n \"*\"]}}"}}}""",
            """{"operation":"set_policy","outcome":"ok","change":{"added":{"after":["x","roles/viewer allUsers"]}}}""",
        ],
    };

    private static readonly Dictionary<string, string[]> Others = new()
    {
        ["foreign-project"] =
        [
            """{"operation":"decrypt","outcome":"ok","key":{"project":"a"},"principal":{"project":"a"}}""",
            """{"operation":"decrypt","outcome":"denied","key":{"project":"a"},"principal":{"project":"b"}}""",
            """{"operation":"decrypt","outcome":"ok","key":{"project":"a"},"principal":{"name":"principal://x"}}""",
        ],
        ["policy-opened"] =
        [
            """{"operation":"set_policy","outcome":"denied","change":{"added":{"after":"roles/viewer allUsers"}}}""",
            """{"operation":"set_identity_policy","outcome":"ok","change":{"opens":{"after":"everything"}}}""",
            """{"operation":"set_key_policy","outcome":"ok","change":{"key_policy":{"after":"{\"Principal\":{\"AWS\":[\"arn:aws:iam::1:root\"]},\"Action\":\"*\",\"Resource\":[\"*\"]}"}}}""",
            """{"operation":"set_policy","outcome":"ok","change":{"removed":{"before":"roles/viewer allUsers"}}}""",
        ],
        ["refused"] =
        [
            """{"kind":"operation","class":"data_read","outcome":"denied"}""",
            """{"kind":"operation","class":"admin_read","outcome":"denied","principal":{"name":"a@b"}}""",
            """{"kind":"operation","class":"data_read","outcome":"ok","principal":{"name":"a@b"}}""",
        ],
        ["flood"] = ["""{"kind":"operation","operation":"other","outcome":"unauthenticated"}"""],
        ["impersonation"] = ["""{"operation":"assume_account","outcome":"denied"}"""],
    };

    [Fact]
    public async Task The_readme_has_a_row_for_each()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Folder, "README.md"));
        foreach (var name in Rules.Select(r => r.Data))
        {
            var rule = await File.ReadAllLinesAsync(Path.Combine(Folder, name + ".yml"));
            Assert.Contains($"| `{name}.yml` | {Of("level: ")} | {Of("description: ")} |", readme);
            string Of(string member) => rule.Single(l => l.StartsWith(member, StringComparison.Ordinal))[member.Length..];
        }
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_finds_what_it_is_for_and_nothing_else(string name)
    {
        var rule = new SigmaRule(File.ReadAllText(Path.Combine(Folder, name + ".yml")));
        var found = written.Records.Where(rule.Matches)
            .Select(r => $"{r["operation"]} {r["method"]}").Distinct().Order();
        Assert.Equal(Expected[name], found);
        foreach (var record in Made.GetValueOrDefault(name, [])) Assert.True(rule.Matches(Parse(record)), record);
        foreach (var record in Others.GetValueOrDefault(name, [])) Assert.False(rule.Matches(Parse(record)), record);
        Assert.True(Expected[name].Length + Made.GetValueOrDefault(name, []).Length > 0);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_has_what_sigma_demands(string name)
    {
        var rule = new SigmaRule(File.ReadAllText(Path.Combine(Folder, name + ".yml")));
        Assert.True(Guid.TryParse((string)rule.Yaml["id"], out _));
        Assert.Contains((string)rule.Yaml["level"], (string[])["low", "medium", "high", "critical"]);
        Assert.Contains((string)rule.Yaml["status"], (string[])["stable", "test", "experimental"]);
        Assert.InRange(((string)rule.Yaml["title"]).Length, 1, 256);
        var source = (Dictionary<object, object>)rule.Yaml["logsource"];
        Assert.Equal(("keyward", "audit"), ((string)source["product"], (string)source["service"]));
        Assert.NotEmpty(rule.Selections);
    }

    private static JsonObject Parse(string record) => JsonNode.Parse(record)!.AsObject();

    /// <summary>Records of calls of every kind that the rules speak of, and of ordinary ones.</summary>
    public sealed class Written : IAsyncLifetime
    {
        private OpenDoors _doors = null!;

        public List<JsonObject> Records { get; } = [];

        public async ValueTask InitializeAsync()
        {
            _doors = await OpenDoors.OpenAsync();
            await CallAsync("POST", "/v1/projects/default/locations/global/keyRings?keyRingId=siem", "{}");
            await CallAsync("POST", Ring + "/cryptoKeys?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""");
            await CallAsync("POST", Ring + "/cryptoKeys/k:encrypt", """{"plaintext":"aGk="}""");
            await CallAsync("POST", Ring + "/cryptoKeys/k:setIamPolicy",
                """{"policy":{"bindings":[{"role":"roles/cloudkms.publicKeyViewer","members":["allUsers"]}]}}""");
            await CallAsync("POST", Ring + "/cryptoKeys/k:setIamPolicy", """
                {"policy":{"bindings":[{"role":"roles/cloudkms.viewer",
                 "members":["domain:example.com","domain:example.org"]}]}}
                """);
            await CallAsync("POST", Ring + "/cryptoKeys/k/cryptoKeyVersions/1:destroy", "{}");
            await CallAsync("POST", "/keyward/v1/projects/default/serviceAccounts", """{"name":"app"}""");
            var accounts = await _doors.SendAsync("GET", "/keyward/v1/projects/default/serviceAccounts");
            var email = accounts.Json.GetProperty("serviceAccounts")[0].GetProperty("email").GetString();
            await CallAsync("POST", $"/keyward/v1/serviceAccounts/{email}/keyFiles", "{}");
            await CallAsync("POST", "/keyward/v1/issuers",
                """{"id":"cicd","project":"default","issuerUri":"https://ci.example"}""");
            await CallAsync("POST", "/keyward/v1/audit:rotateKey", "{}");
            await PassAsync();
            await foreach (var (_, entry) in _doors.Keeper.AuditLog.ReadAsync(0, default))
                Records.Add(JsonNode.Parse(Encoding.UTF8.GetString(entry.Span))!.AsObject());
        }

        public ValueTask DisposeAsync() => _doors.DisposeAsync();

        private async Task PassAsync()
        {
            var self = new JobCaller(_doors.Gate, "test");
            await self.PassAsync("Test", new PlaceHold("case", "court", null), default);
            await self.PassAsync("Test", new LiftHold("case"), default);
        }

        private async Task CallAsync(string method, string path, string body)
        {
            var reply = await _doors.SendAsync(method, path, body);
            Assert.True(reply.Status == 200, $"{path}: {reply.Text}");
        }
    }
}
