using System.Globalization;
using System.Text.Json;
using Keyward.Vault.Policies.Questions;
using static Keyward.Tests.Doors.Rights.Scene;

namespace Keyward.Tests.Doors.Rights;

/// <summary>What is said of a draft is what then happens: calls are made, a draft of either language is judged by the
/// log, put in force, and the same calls are made again.</summary>
public sealed class SimulationTests
{
    private const int Seed = 20_260_501;
    private const int Worlds = 60;
    private const string SignKey = Ring + "/cryptoKeys/stamp";
    private const string Digest = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";

    private static readonly string[] Roles =
        [Encrypter, Both, Admin, "roles/cloudkms.signerVerifier", "roles/cloudkms.viewer", "roles/owner"];

    private static readonly string?[] Expressions =
    [
        null, null, "resource.name.endsWith(\"/stamp\")", "request.time < timestamp(\"2020-01-01T00:00:00Z\")",
        "request.ip == \"127.0.0.1\"", "request.context[\"tenant\"] == \"7\"",
    ];

    private static readonly string[] Actions = ["kms:*", "kms:Encrypt", "kms:De*", "kms:Sign", "kms:*crypt"];

    private readonly Random _random = new(Seed);
    private readonly List<Person> _people = [];
    private readonly Dictionary<string, string> _ids = [];
    private readonly List<string> _own = [];

    private OpenDoors _doors = null!;
    private string _admin = "";
    private string _ciphertext = "";

    [Fact]
    public async Task What_is_said_of_a_draft_is_what_then_happens()
    {
        var (differences, uncertain) = (0, 0);
        await using (_doors = await OpenDoors.OpenAsync())
        {
            await SetUpAsync();
            for (var world = 0; world < Worlds; world++)
            {
                var since = DateTimeOffset.UtcNow;
                var before = await CallsAsync();
                var (what, simulated, put) = Draft();
                var (otherwise, hasUndecided) = await SimulateAsync(since, simulated);
                // A key whose document leaves the account out takes no role that only the account confers.
                if (await put() is { Status: not 200 }) continue;
                var after = await CallsAsync();
                Assert.Equal(before.Count, after.Count);
                foreach (var (then, now) in before.Zip(after))
                {
                    var said = otherwise.Where(o => IsOf(o, then)).ToList();
                    if (said.Any(o => o.TryGetProperty("uncertain", out _)) || (hasUndecided && then.HasContext))
                    {
                        uncertain++;
                        continue;
                    }

                    var isOtherwise = said.Any(o => (Text(o, "draft") == "refuses") == (then.Decision == "allow"));
                    Assert.True((then.Decision != now.Decision) == isOtherwise, $"Seed {Seed}, world {world}, {what}: " +
                        $"{then.Principal} {then.Permission} on {then.Resource} was {then.Decision}, is " +
                        $"{now.Decision}, said: {isOtherwise}");
                    if (isOtherwise) differences++;
                }
            }
        }

        Assert.True(differences > 40, $"{differences} differences are too few.");
        Assert.InRange(uncertain, 1, differences * 4);
    }

    [Fact]
    public async Task A_draft_that_does_not_compile_or_is_not_the_askers_business_is_refused()
    {
        await using (_doors = await OpenDoors.OpenAsync())
        {
            await SetUpAsync();
            var since = Since(DateTimeOffset.UtcNow);
            foreach (var body in (string[])[$$"""{{{since}},"resource":"{{Key}}","document":"{"}""",
                $$"""{{{since}},"resource":"{{Ring}}","document":"{}"}""", $$"""{"resource":"{{Key}}"}""",
                $$"""{{{since}},"resource":"{{Key}}","bindings":[{"role":"roles/no","members":["allUsers"]}]}""",
                $$"""{{{since}},"resource":"nothing"}"""])
                Assert.Equal(400, (await _doors.SendAsync("POST", "/keyward/v1/policy:simulate", body)).Status);
            Assert.Equal(403, await _people[0].StatusAsync("POST", "/keyward/v1/policy:simulate",
                $$"""{{{since}},"resource":"{{Key}}"}"""));
            Assert.Equal(403, await _people[0].StatusAsync("POST", "/keyward/v1/policy:recommend",
                $$"""{{{since}},"resource":"{{Project}}"}"""));
        }
    }

    [Fact]
    public async Task What_is_recommended_lets_all_that_was_done_and_little_besides()
    {
        await using (_doors = await OpenDoors.OpenAsync())
        {
            await SetUpAsync();
            var since = DateTimeOffset.UtcNow;
            await _doors.OkAsync("POST", $"/v1/{Ring}:setIamPolicy", Policy(3,
                [.. _people.Select(p => Binding("roles/owner", p.Member))]));
            await _people[0].OkAsync("POST", $"/v1/{Key}:encrypt", Plaintext);
            await _people[0].OkAsync("POST", $"/v1/{Key}:decrypt", $$"""{"ciphertext":"{{_ciphertext}}"}""");
            await _people[1].CallAwsAsync("Sign", SignBody);
            await _people[1].OkAsync("GET", $"/v1/{SignKey}");
            var found = (await _doors.OkAsync("POST", "/keyward/v1/policy:recommend",
                $$"""{{{Since(since)}},"resource":"{{Ring}}"}""")).GetProperty("recommendations").EnumerateArray().ToList();
            var (ann, bob) = (Of(found, _people[0]), Of(found, _people[1]));
            Assert.Equal([Both], RolesOf(ann));
            Assert.Equal(Key, ann.GetProperty("bindings")[0].GetProperty("resource").GetString());
            Assert.Contains("ring: roles/owner", ann.GetProperty("givenBy").ToString().Replace("key_ring", "ring"));
            Assert.Equal(["roles/cloudkms.signer", "roles/cloudkms.viewer"], RolesOf(bob));
            var document = JsonDocument.Parse(bob.GetProperty("document").GetString()!).RootElement.GetProperty("Statement")[0];
            Assert.Equal(["kms:DescribeKey", "kms:Sign"], document.GetProperty("Action").EnumerateArray().Select(a => a.GetString()));
            Assert.Equal($"arn:aws:kms:us-east-1:000000000001:key/{_ids[SignKey]}",
                document.GetProperty("Resource")[0].GetString());

            // What is recommended suffices, in either language.
            await _doors.OkAsync("POST", $"/v1/{Ring}:setIamPolicy", Policy(3));
            await _doors.OkAsync("PUT", $"/keyward/v1/serviceAccounts/{_people[1].Email}/policies/least",
                $$"""{"document":{{JsonSerializer.Serialize(bob.GetProperty("document").GetString())}}}""");
            await _doors.OkAsync("POST", $"/v1/{Key}:setIamPolicy", Policy(3, Binding(Both, _people[0].Member)));
            Assert.Equal(200, (await _people[1].CallAwsAsync("Sign", SignBody)).Status);
            Assert.Equal(200, await _people[1].StatusAsync("GET", $"/v1/{SignKey}"));
            Assert.Equal(200, await _people[0].StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
            Assert.Equal(403, await _people[0].StatusAsync("GET", $"/v1/{Key}"));
        }
    }

    [Fact]
    public async Task The_right_to_make_and_to_list_is_recommended_on_what_things_lie_in()
    {
        await using (_doors = await OpenDoors.OpenAsync())
        {
            await SetUpAsync();
            var (since, bob) = (DateTimeOffset.UtcNow, _people[1]);
            await _doors.OkAsync("POST", $"/v1/{Ring}:setIamPolicy", Policy(3, Binding("roles/owner", bob.Member)));
            Assert.Equal((200, 200), await MakeAndListAsync(bob, "made"));
            var found = Of((await _doors.OkAsync("POST", "/keyward/v1/policy:recommend",
                $$"""{{{Since(since)}},"resource":"{{Project}}"}""")).GetProperty("recommendations").EnumerateArray().ToList(), bob);
            var binding = Assert.Single(found.GetProperty("bindings").EnumerateArray());
            Assert.Equal(Ring, Text(binding, "resource"));
            var document = found.GetProperty("document").GetString()!;
            var statement = JsonDocument.Parse(document).RootElement.GetProperty("Statement")[0];
            Assert.Equal("kms:CreateKey", statement.GetProperty("Action")[0].GetString());
            Assert.Equal("*", statement.GetProperty("Resource")[0].GetString());

            // Each language alone suffices.
            await _doors.OkAsync("POST", $"/v1/{Ring}:setIamPolicy", Policy(3,
                [.. RolesOf(found).Select(r => Binding(r!, bob.Member))]));
            Assert.Equal((200, 200), await MakeAndListAsync(bob, "again"));
            Assert.Equal(403, await bob.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
            await _doors.OkAsync("POST", $"/v1/{Ring}:setIamPolicy", Policy(3));
            Assert.Equal((403, 403), await MakeAndListAsync(bob, "never"));
            await _doors.OkAsync("PUT", $"/keyward/v1/serviceAccounts/{bob.Email}/policies/least",
                $$"""{"document":{{JsonSerializer.Serialize(document)}}}""");
            Assert.Equal((200, 200), await MakeAndListAsync(bob, "third"));
        }
    }

    private static async Task<(int Made, int Listed)> MakeAndListAsync(Person person, string id) =>
        (await person.StatusAsync("POST", $"/v1/{Ring}/cryptoKeys?cryptoKeyId={id}", """{"purpose":"ENCRYPT_DECRYPT"}"""),
            await person.StatusAsync("GET", $"/v1/{Ring}/cryptoKeys"));

    private string SignBody => $$"""
        {"KeyId":"{{_ids[SignKey]}}","Message":"{{Digest}}","MessageType":"DIGEST","SigningAlgorithm":"ECDSA_SHA_256"}
        """;

    private static JsonElement Of(List<JsonElement> found, Person person) =>
        found.Single(r => Text(r, "principal") == person.Member);

    private static IEnumerable<string?> RolesOf(JsonElement recommendation) =>
        recommendation.GetProperty("bindings")[0].GetProperty("roles").EnumerateArray().Select(r => r.GetString());

    private static bool IsOf(JsonElement said, RecordedCall call) => Text(said, "principal") == call.Principal
        && Text(said, "permission") == call.Permission && call.Resource!.StartsWith(Text(said, "resource")!, StringComparison.Ordinal);

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static string Since(DateTimeOffset time) =>
        $"\"since\":\"{time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)}\"";

    private async Task<(List<JsonElement> Otherwise, bool HasUndecided)> SimulateAsync(DateTimeOffset since, string draft)
    {
        var simulation = await _doors.OkAsync("POST", "/keyward/v1/policy:simulate", "{" + Since(since) + "," + draft + "}");
        return (simulation.TryGetProperty("otherwise", out var otherwise) ? [.. otherwise.EnumerateArray()] : [],
            simulation.TryGetProperty("undecided", out _));
    }

    /// <summary>Everybody does everything, at both doors; how each call was decided.</summary>
    private async Task<List<RecordedCall>> CallsAsync()
    {
        var from = _doors.Records;
        foreach (var person in _people)
        {
            await person.SendAsync("POST", $"/v1/{Key}:encrypt", Plaintext);
            await person.SendAsync("POST", $"/v1/{Key}:decrypt", $$"""{"ciphertext":"{{_ciphertext}}"}""");
            await person.SendAsync("GET", $"/v1/{SignKey}");
            // The right to list and to make is held on what things lie in, which their records do not name.
            await person.SendAsync("GET", $"/v1/{Ring}/cryptoKeys");
            await person.SendAsync("GET", $"/v1/{Ring[..Ring.LastIndexOf('/')]}");
            await person.SendAsync("POST", $"/v1/{Ring}/cryptoKeys?cryptoKeyId=stamp", """{"purpose":"ENCRYPT_DECRYPT"}""");
            await person.CallAwsAsync("ListKeys", "{}");
            await person.SendAsync("POST", $"/v1/{SignKey}/cryptoKeyVersions/1:asymmetricSign", $$"""{"digest":{"sha256":"{{Digest}}"} }""");
            await person.CallAwsAsync("Encrypt", $$"""{"KeyId":"{{_ids[Key]}}","Plaintext":"aGVsbG8=","EncryptionContext":{"tenant":"7"} }""");
            await person.CallAwsAsync("Sign", SignBody);
        }

        var calls = new List<RecordedCall>();
        await foreach (var (_, entry) in _doors.Keeper.AuditLog.ReadAsync(from, default)) calls.Add(RecordedCall.Parse(entry));
        return [.. calls.Where(c => _people.Any(p => p.Email == c.Principal))];
    }

    private (string What, string Simulated, Func<Task<RestReply>> Put) Draft()
    {
        switch (_random.Next(4))
        {
            case 0:
                var document = Document([AllowAll(_admin), .. _random.Next(3) > 0 ? [AllowAll("000000000001")] : Array.Empty<string>(),
                    .. Statements(s => $$"""{"Principal":{"AWS":"arn:aws:iam::000000000001:user/{{Pick(_people).Email.Split('@')[0]}}"},{{s}}}""")]);
                var key = Pick((string[])[Key, SignKey]);
                return ($"key document {document} on {key}", $"\"resource\":\"{key}\",\"document\":{document}",
                    () => _doors.SendAsync("PUT", $"/keyward/v1/{key}/keyPolicy", $$"""{"document":{{document}}}"""));
            case 1:
                var identity = Document([.. Statements(s => "{" + s + "}").DefaultIfEmpty("{" + Rule() + "}")]);
                var email = Pick(_people).Email;
                return ($"identity document {identity} on {email}", $"\"email\":\"{email}\",\"policyName\":\"own\",\"document\":{identity}",
                    () => _doors.SendAsync("PUT", $"/keyward/v1/serviceAccounts/{email}/policies/own", $$"""{"document":{{identity}}}"""));
            default:
                var resource = Pick((string[])[Project, Ring, Key, SignKey]);
                string[] bindings = [.. resource == Project ? _own : [], .. Enumerable.Range(0, _random.Next(4))
                    .Select(_ => Binding(Pick(Roles), Pick(_people).Member, Pick(Expressions)))];
                return ($"bindings {string.Join(',', bindings)} on {resource}",
                    $"\"resource\":\"{resource}\",\"bindings\":[{string.Join(',', bindings)}]",
                    () => _doors.SendAsync("POST", $"/v1/{resource}:setIamPolicy", Policy(3, bindings)));
        }
    }

    private IEnumerable<string> Statements(Func<string, string> make) =>
        Enumerable.Range(0, _random.Next(3)).Select(_ => make(Rule()));

    private string Rule() => $"\"Effect\":\"{(_random.Next(5) == 0 ? "Deny" : "Allow")}\",\"Action\":\"{Pick(Actions)}\"," +
        "\"Resource\":\"*\"" + _random.Next(5) switch
        {
            0 => """,  "Condition":{"StringEquals":{"aws:username":"ann"}}""",
            1 => """,  "Condition":{"StringEquals":{"kms:EncryptionContext:tenant":"7"}}""",
            2 => """,  "Condition":{"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}}""",
            _ => "",
        };

    private static string AllowAll(string principal) =>
        $$$"""{"Effect":"Allow","Principal":{"AWS":"{{{principal}}}"},"Action":"*","Resource":"*"}""";

    private static string Document(string[] statements) => JsonSerializer.Serialize(
        "{\"Version\":\"2012-10-17\",\"Statement\":[" + string.Join(',', statements) + "]}");

    private async Task SetUpAsync()
    {
        await MakeKeyAsync(_doors);
        await _doors.OkAsync("POST", $"/v1/{Ring}/cryptoKeys?cryptoKeyId=stamp", """
            {"purpose":"ASYMMETRIC_SIGN","versionTemplate":{"algorithm":"EC_SIGN_P256_SHA256"}}
            """);
        _ciphertext = (await _doors.OkAsync("POST", $"/v1/{Key}:encrypt", Plaintext)).GetProperty("ciphertext").GetString()!;
        foreach (var name in (string[])["ann", "bob"]) _people.Add(await Person.MakeAsync(_doors, name));
        foreach (var person in _people) await person.CallAwsAsync("ListKeys", "{}");
        var email = (await _doors.OkAsync("GET", "/keyward/v1/caller")).GetProperty("email").GetString()!;
        _admin = $"arn:aws:iam::000000000001:user/{email[..email.IndexOf('@')]}";
        var policy = await _doors.OkAsync("GET", $"/v1/{Project}:getIamPolicy");
        if (policy.TryGetProperty("bindings", out var bindings)) _own.AddRange(bindings.EnumerateArray().Select(b => b.GetRawText()));
        foreach (var name in (string[])[Key, SignKey])
        {
            var usage = name == Key ? "ENCRYPT_DECRYPT" : "SIGN_VERIFY";
            foreach (var id in (await _doors.CallAwsAsync("TrentService.ListKeys", "{}")).Json.GetProperty("Keys").EnumerateArray()
                .Select(k => k.GetProperty("KeyId").GetString()!))
                if ((await _doors.CallAwsAsync("TrentService.DescribeKey", $$"""{"KeyId":"{{id}}"}""")).Json.GetProperty("KeyMetadata")
                    .GetProperty("KeyUsage").GetString() == usage) _ids[name] = id;
        }
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
