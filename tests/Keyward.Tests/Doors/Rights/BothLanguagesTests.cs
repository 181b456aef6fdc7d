using System.Text.Json;
using static Keyward.Tests.Doors.Rights.Scene;

namespace Keyward.Tests.Doors.Rights;

/// <summary>Generated policies of both vendors' languages, grants and denies on the same keys: whatever one door lets a
/// person do, the other lets him do too, and what one refuses, both refuse.</summary>
public sealed class BothLanguagesTests
{
    private const int Seed = 20_260_404;
    private const int Worlds = 25;
    private const string SignKey = Ring + "/cryptoKeys/stamp";
    private const string Digest = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";

    private static readonly string[] Keys = [Key, SignKey];

    private static readonly string[] Roles =
    [
        Encrypter, Both, Admin, "roles/cloudkms.signerVerifier", "roles/cloudkms.viewer", "roles/viewer", "roles/owner",
    ];

    private static readonly string[] Actions =
        ["kms:*", "kms:Encrypt", "kms:De*", "kms:Sign", "kms:Describe*", "kms:Get*", "kms:*crypt"];

    private static readonly string?[] Expressions =
        [null, null, "resource.name.contains(\"/cryptoKeyVersions/1\")", "resource.name.endsWith(\"/stamp\")", "request.time < timestamp(\"2020-01-01T00:00:00Z\")"];

    private readonly Random _random = new(Seed);
    private readonly List<Person> _people = [];
    private readonly List<string> _grants = [];

    private OpenDoors _doors = null!;
    private JsonElement _projectBindings;
    private string _admin = "";
    private string _ciphertext = "";
    private Dictionary<string, string> _ids = [];

    [Fact]
    public async Task What_one_door_refuses_the_other_refuses_too()
    {
        int allowed = 0, refused = 0;
        await using (_doors = await OpenDoors.OpenAsync())
        {
            await SetUpAsync();
            for (var world = 0; world < Worlds; world++)
            {
                var said = await MakeAsync();
                foreach (var person in _people)
                    foreach (var (what, google, aws) in Calls(person))
                    {
                        var byGoogle = await google() != 403;
                        var reply = await aws();
                        var byAws = reply.Status == 200;
                        Assert.True(byAws || reply.Text.Contains("AccessDenied", StringComparison.Ordinal), reply.Text);
                        Assert.True(byGoogle == byAws, $"Seed {Seed}, world {world}, {person.Member} {what}: Google's " +
                            $"door says {byGoogle}, AWS's {reply.Text}\n{string.Join('\n', said)}");
                        if (byGoogle) allowed++;
                        else refused++;
                    }
            }
        }

        Assert.True(allowed > 50 && refused > 50, $"{allowed} allowed, {refused} refused: the worlds are too alike.");
    }

    private IEnumerable<(string What, Func<Task<int>> Google, Func<Task<RestReply>> Aws)> Calls(Person person)
    {
        var (key, stamp) = (_ids[Key], _ids[SignKey]);
        yield return ("encrypts", () => person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext),
            () => person.CallAwsAsync("Encrypt", $$"""{"KeyId":"{{key}}","Plaintext":"aGVsbG8="}"""));
        yield return ("decrypts",
            () => person.StatusAsync("POST", $"/v1/{Key}:decrypt", $$"""{"ciphertext":"{{_ciphertext}}"}"""),
            () => person.CallAwsAsync("Decrypt", $$"""{"KeyId":"{{key}}","CiphertextBlob":"{{_ciphertext}}"}"""));
        yield return ("signs", () => person.StatusAsync("POST", $"/v1/{SignKey}/cryptoKeyVersions/1:asymmetricSign",
                $$"""{"digest":{"sha256":"{{Digest}}"} }"""),
            () => person.CallAwsAsync("Sign", $$"""
                {"KeyId":"{{stamp}}","Message":"{{Digest}}","MessageType":"DIGEST","SigningAlgorithm":"ECDSA_SHA_256"}
                """));
        yield return ("sees the public key of",
            () => person.StatusAsync("GET", $"/v1/{SignKey}/cryptoKeyVersions/1/publicKey"),
            () => person.CallAwsAsync("GetPublicKey", $$"""{"KeyId":"{{stamp}}"}"""));
        foreach (var name in Keys)
        {
            yield return ("describes " + name, () => person.StatusAsync("GET", "/v1/" + name),
                () => person.CallAwsAsync("DescribeKey", $$"""{"KeyId":"{{_ids[name]}}"}"""));
            yield return ("reads the policy of " + name, () => person.StatusAsync("GET", $"/v1/{name}:getIamPolicy"),
                () => person.CallAwsAsync("GetKeyPolicy", $$"""{"KeyId":"{{_ids[name]}}"}"""));
        }
    }

    private async Task SetUpAsync()
    {
        await MakeKeyAsync(_doors);
        await _doors.OkAsync("POST", $"/v1/{Ring}/cryptoKeys?cryptoKeyId=stamp", """
            {"purpose":"ASYMMETRIC_SIGN","versionTemplate":{"algorithm":"EC_SIGN_P256_SHA256"}}
            """);
        _ciphertext = (await _doors.OkAsync("POST", $"/v1/{Key}:encrypt", Plaintext)).GetProperty("ciphertext").GetString()!;
        foreach (var name in (string[])["ann", "bob"]) _people.Add(await Person.MakeAsync(_doors, name));
        // Access keys are made while the administrator may confer whatever they hold.
        foreach (var person in _people) await person.CallAwsAsync("ListKeys", "{}");
        var email = (await _doors.OkAsync("GET", "/keyward/v1/caller")).GetProperty("email").GetString()!;
        _admin = $"arn:aws:iam::000000000001:user/{email[..email.IndexOf('@')]}";
        _projectBindings = (await _doors.OkAsync("GET", $"/v1/{Project}:getIamPolicy")).TryGetProperty("bindings",
            out var bindings) ? bindings : JsonDocument.Parse("[]").RootElement;
        var listed = JsonDocument.Parse((await _doors.CallAwsAsync("TrentService.ListKeys", "{}")).Text).RootElement;
        foreach (var id in listed.GetProperty("Keys").EnumerateArray().Select(k => k.GetProperty("KeyId").GetString()!))
        {
            var shown = (await _doors.CallAwsAsync("TrentService.DescribeKey", $$"""{"KeyId":"{{id}}"}""")).Json;
            var usage = shown.GetProperty("KeyMetadata").GetProperty("KeyUsage").GetString();
            _ids[usage == "SIGN_VERIFY" ? SignKey : Key] = id;
        }
    }

    /// <summary>New policies everywhere in place of the last world's; what was said, for a failure's text.</summary>
    private async Task<List<string>> MakeAsync()
    {
        var said = new List<string>();
        async Task SendAsync(string method, string path, string body)
        {
            said.Add($"{method} {path} {body}");
            await _doors.OkAsync(method, path, body);
        }

        // A policy without the account has shut the administrator out of what AWS has no action for.
        foreach (var key in Keys)
            await _doors.OkAsync("PUT", $"/keyward/v1/{key}/keyPolicy", Document([OfAdmin, OfAccount]));
        foreach (var grant in _grants) await _doors.OkAsync("POST", $"/keyward/v1/{grant}:revoke", "{}");
        _grants.Clear();
        var own = _projectBindings.EnumerateArray().Select(b => b.GetRawText());
        await SendAsync("POST", $"/v1/{Project}:setIamPolicy", Policy(3, [.. own, .. Bindings()]));
        foreach (var resource in (string[])[Ring, .. Keys])
        {
            await SendAsync("POST", $"/v1/{resource}:setIamPolicy", Policy(3, [.. Bindings()]));
            var denies = _random.Next(5) == 0
                ? $$"""{"name":"no","principals":["{{Pick(_people).Member}}"],"permissions":["{{Pick(
                    ["cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.*", "cloudkms.cryptoKeys.get"])}}"]}"""
                : "";
            await SendAsync("PUT", "/keyward/v1/policy/denyRules",
                $$"""{"resource":"{{resource}}","denyRules":[{{denies}}]}""");
        }

        foreach (var key in Keys)
        {
            await SendAsync("PUT", $"/keyward/v1/{key}/keyPolicy", Document(KeyStatements()));
            if (_random.Next(4) > 0) continue;
            var made = await _doors.OkAsync("POST", $"/keyward/v1/{key}/grants", $$"""
                {"grantee":"{{Pick(_people).Member}}","operations":["{{(key == Key ? "Encrypt" : "Sign")}}","DescribeKey"]}
                """);
            _grants.Add(made.GetProperty("grant").GetProperty("name").GetString()!);
            said.Add("grant " + made.GetRawText());
        }

        foreach (var person in _people)
            await SendAsync("PUT", $"/keyward/v1/serviceAccounts/{person.Email}/policies/own", Document(
                [.. Enumerable.Range(0, 1 + _random.Next(2)).Select(_ => "{" + Rule(7) + "}")]));
        return said;
    }

    private IEnumerable<string> Bindings() => Enumerable.Range(0, _random.Next(3))
        .Select(_ => Binding(Pick(Roles), Pick(_people).Member, Pick(Expressions)));

    private string OfAdmin => AllowAll(_admin);

    private static string OfAccount => AllowAll("000000000001");

    private static string AllowAll(string principal) =>
        $$$"""{"Effect":"Allow","Principal":{"AWS":"{{{principal}}}"},"Action":"*","Resource":"*"}""";

    /// <summary>The administrator stays in any case; the account is there in most.</summary>
    private string[] KeyStatements()
    {
        var statements = new List<string> { OfAdmin };
        if (_random.Next(4) > 0) statements.Add(OfAccount);
        for (var i = _random.Next(3); i > 0; i--)
        {
            var name = Pick(_people).Email;
            statements.Add($$$"""
                {"Principal":{"AWS":"arn:aws:iam::000000000001:user/{{{name[..name.IndexOf('@')]}}}"},{{{Rule(4)}}}}
                """);
        }

        return [.. statements];
    }

    /// <param name="allows">One deny comes to so many statements.</param>
    private string Rule(int allows) => $"\"Effect\":\"{(_random.Next(allows) == 0 ? "Deny" : "Allow")}\"," +
        $"\"Action\":\"{Pick(Actions)}\",\"Resource\":\"*\"" + _random.Next(6) switch
        {
            0 => """,  "Condition":{"StringEquals":{"aws:username":"ann"}}""",
            1 => """,  "Condition":{"StringEqualsIfExists":{"kms:SigningAlgorithm":"ECDSA_SHA_256"}}""",
            2 => """,  "Condition":{"StringNotEquals":{"kms:MessageType":"DIGEST"}}""",
            3 => """,  "Condition":{"Null":{"kms:EncryptionContextKeys":"true"}}""",
            _ => "",
        };

    private static string Document(string[] statements) => $$"""
        {"document":{{JsonSerializer.Serialize(
            "{\"Version\":\"2012-10-17\",\"Statement\":[" + string.Join(',', statements) + "]}")}}}
        """;

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
