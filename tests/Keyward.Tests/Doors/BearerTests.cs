using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Keyward.Tests.Doors.Rights;

namespace Keyward.Tests.Doors;

/// <summary>Self-signed tokens that a thief or a careless client might send: one answer for all that does not hold,
/// and a record of each.</summary>
public sealed class BearerTests
{
    private const string Who = "/keyward/v1/caller";
    private const string Scope = "https://www.googleapis.com/auth/cloudkms";
    private const string Service = "https://cloudkms.googleapis.com/";

    [Fact]
    public async Task A_token_counts_for_whom_when_and_what_it_was_made()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var (one, other) = (await FileAsync(doors, "one"), await FileAsync(doors, "other"));
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(200, await StatusAsync(doors, one.Sign(one.Claims(now))));
        Assert.Equal(200, await StatusAsync(doors, one.Sign(one.Claims(now, ("scope", null), ("aud", Service)))));
        Assert.Equal(200, await StatusAsync(doors, one.Sign(one.Claims(now), kid: null)));

        (string Why, string Token)[] bad =
        [
            ("another's name", one.Sign(other.Claims(now))),
            ("another's name without a key id", one.Sign(other.Claims(now), kid: null)),
            ("another's key id", one.Sign(one.Claims(now), other.Id)),
            ("no key's id", one.Sign(one.Claims(now), new string('0', 40))),
            ("issuer is not subject", one.Sign(one.Claims(now, ("sub", other.Email)))),
            ("expired", one.Sign(one.Claims(now - 4_000))),
            ("from the future", one.Sign(one.Claims(now + 400))),
            ("too long", one.Sign(one.Claims(now, ("exp", now + 3_601)))),
            ("not yet", one.Sign(one.Claims(now, ("nbf", now + 400)))),
            ("for another service", one.Sign(one.Claims(now, ("aud", "https://storage.googleapis.com/")))),
            ("for several", one.Sign(one.Claims(now, ("aud", new JsonArray(Service, "https://elsewhere.example/"))))),
            ("for nothing", one.Sign(one.Claims(now, ("scope", null)))),
            ("another scope", one.Sign(one.Claims(now, ("scope", "https://www.googleapis.com/auth/drive")))),
            ("a key of its own", one.Sign(one.Claims(now), header: ("jku", "https://evil.example/keys"), forged: true)),
        ];
        var answers = new HashSet<string>();
        foreach (var (why, token) in bad)
        {
            var before = doors.Records;
            var reply = await doors.SendAsync("GET", Who, [], token);
            Assert.True(reply.Status == 401, $"{why}: {reply.Text}");
            Assert.Equal(before + 1, doors.Records);
            answers.Add(reply.Error.GetProperty("message").GetString()!);
        }

        Assert.Single(answers);
    }

    [Fact]
    public async Task A_page_token_belongs_to_its_caller_and_its_list()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await Scene.MakeKeyAsync(doors);
        foreach (var id in (string[])["second", "third"])
            await doors.OkAsync("POST", $"/v1/{Scene.Location}/keyRings?keyRingId={id}", "{}");
        var list = $"/v1/{Scene.Location}/keyRings?pageSize=1";
        var token = Uri.EscapeDataString(
            (await doors.OkAsync("GET", list)).GetProperty("nextPageToken").GetString()!);
        Assert.Equal(200, (await doors.SendAsync("GET", $"{list}&pageToken={token}")).Status);

        var reader = await Person.MakeAsync(doors, "reader");
        await Scene.AddAsync(doors, Scene.Project, "roles/viewer", reader.Member);
        Assert.Equal(200, await reader.StatusAsync("GET", list));
        Assert.Equal(400, await reader.StatusAsync("GET", $"{list}&pageToken={token}"));
        foreach (var other in (string[])[
            $"/v1/{Scene.Ring}/cryptoKeys?pageSize=1", $"/v1/projects/default/locations/global/keyRings?pageSize=1",
            $"{list}&filter=name:third"])
            Assert.Equal(400, (await doors.SendAsync("GET", $"{other}&pageToken={token}")).Status);
    }

    private static async Task<int> StatusAsync(OpenDoors doors, string token) =>
        (await doors.SendAsync("GET", Who, [], token)).Status;

    private static async Task<KeyFile> FileAsync(OpenDoors doors, string name)
    {
        var email = (await doors.OkAsync("POST", "/keyward/v1/projects/default/serviceAccounts",
            $$"""{"name":"{{name}}"}""")).GetProperty("email").GetString()!;
        var made = await doors.OkAsync("POST", $"/keyward/v1/serviceAccounts/{email}/keyFiles");
        return new KeyFile(email, made.GetProperty("privateKeyId").GetString()!,
            made.GetProperty("privateKey").GetString()!);
    }

    private sealed record KeyFile(string Email, string Id, string PrivateKey)
    {
        public JsonObject Claims(long now, params (string Name, JsonNode? Value)[] changes)
        {
            var claims = new JsonObject
            {
                ["iss"] = Email, ["sub"] = Email, ["iat"] = now, ["exp"] = now + 3_600, ["scope"] = Scope,
            };
            foreach (var (name, value) in changes)
                if (value is null) claims.Remove(name);
                else claims[name] = value;
            return claims;
        }

        public string Sign(JsonObject claims) => Sign(claims, Id);

        public string Sign(
            JsonObject claims, string? kid, (string Name, string Value)? header = null, bool forged = false)
        {
            var head = new JsonObject { ["alg"] = "RS256", ["typ"] = "JWT" };
            if (kid is not null) head["kid"] = kid;
            if (header is { } more) head[more.Name] = more.Value;
            var signed = Encode(head) + "." + Encode(claims);
            using var rsa = RSA.Create(2_048);
            if (!forged) rsa.ImportFromPem(PrivateKey);
            return signed + "." + Base64Url.EncodeToString(rsa.SignData(
                Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        }

        public string Sign(JsonObject claims, (string Name, string Value) header, bool forged) =>
            Sign(claims, Id, header, forged);

        private static string Encode(JsonObject json) =>
            Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));
    }
}
