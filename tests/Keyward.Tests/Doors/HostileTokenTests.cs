using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Keyward.Tests.Doors;

/// <summary>Self-signed tokens that only look right: each gets the one answer for "not known", and a record.</summary>
public sealed class HostileTokenTests
{
    private const string Path = "/v1/projects/default/locations";

    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private static readonly long Second = Now.ToUnixTimeSeconds();

    [Fact]
    public async Task F14_Another_algorithm_than_ours_is_refused_whatever_is_signed()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var admin = doors.Administrator;
        var payload = admin.Payload(Second);
        var tokens = new List<string>();
        foreach (var algorithm in (string[])["none", "HS256", "RS512", "ES256", "rs256", "PS256", ""])
            tokens.Add(admin.Sign($$"""{"alg":"{{algorithm}}","kid":"{{admin.KeyId}}"}""", payload));
        // Unsigned, and "signed" by the public half taken for a secret.
        var unsigned = $"{TestAccount.Encode($$"""{"alg":"none","kid":"{{admin.KeyId}}"}""")}.{TestAccount.Encode(payload)}";
        tokens.Add(unsigned + ".");
        using var rsa = RSA.Create();
        rsa.ImportFromPem(admin.Pem);
        var signed = $"{TestAccount.Encode($$"""{"alg":"HS256","kid":"{{admin.KeyId}}"}""")}.{TestAccount.Encode(payload)}";
        foreach (var secret in (byte[][])[rsa.ExportSubjectPublicKeyInfo(),
            Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem())])
            tokens.Add(signed + "." + Base64Url.EncodeToString(
                HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed))));
        await RefusedAsync(doors, tokens);
    }

    [Fact]
    public async Task F15_A_key_that_the_token_brings_along_is_not_used_nor_fetched()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var admin = doors.Administrator;
        using var own = RSA.Create(2048);
        var attacker = admin with { Pem = own.ExportPkcs8PrivateKeyPem() };
        var n = Base64Url.EncodeToString(own.ExportParameters(false).Modulus!);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://{listener.LocalEndpoint}/keys";
        await RefusedAsync(doors, ((string[])[
            $$"""{"jwk":{"kty":"RSA","n":"{{n}}","e":"AQAB"},"alg":"RS256","kid":"{{admin.KeyId}}"}""",
            $$"""{"alg":"RS256","kid":"{{admin.KeyId}}","jku":"{{url}}"}""",
            $$"""{"alg":"RS256","kid":"{{admin.KeyId}}","x5u":"{{url}}"}""",
            $$"""{"alg":"RS256","jku":"{{url}}"}""",
        ]).Select(header => attacker.Sign(header, admin.Payload(Second))));
        Assert.False(listener.Pending());
        // The same headers do no harm to who has the right key: they are not looked at.
        var good = admin.Sign($$"""{"alg":"RS256","kid":"{{admin.KeyId}}","jku":"{{url}}"}""", admin.Payload(Second));
        Assert.Equal(200, (await doors.SendAsync("GET", Path, [], good)).Status);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task F16_A_key_of_one_account_speaks_for_no_other()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var admin = doors.Administrator;
        var mallory = await TestAccount.MakeAsync(doors, "mallory");
        string Claims(string issuer, string subject) =>
            $$"""{"iss":"{{issuer}}","sub":"{{subject}}","iat":{{Second}},"exp":{{Second + 3600}},"scope":"https://www.googleapis.com/auth/cloudkms"}""";
        string Header(string? kid) => kid is null ? """{"alg":"RS256"}""" : $$"""{"alg":"RS256","kid":"{{kid}}"}""";
        await RefusedAsync(doors, [
            mallory.Sign(Header(mallory.KeyId), Claims(admin.Email, admin.Email)),
            mallory.Sign(Header(admin.KeyId), Claims(admin.Email, admin.Email)),
            mallory.Sign(Header(null), Claims(admin.Email, admin.Email)),
            mallory.Sign(Header(mallory.KeyId), Claims(mallory.Email, admin.Email)),
            mallory.Sign(Header(mallory.KeyId), Claims(admin.Email, mallory.Email)),
            mallory.Sign(Header(admin.KeyId), Claims(mallory.Email, mallory.Email)),
        ]);
    }

    [Fact]
    public async Task F17_Times_that_are_none_or_not_now_are_refused()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await RefusedAsync(doors, ((string, string)[])[
            ($"{Second - 4_000}", $"{Second - 400}"), ($"{Second + 400}", $"{Second + 1_000}"),
            ($"{Second}", $"{Second + 3_601}"), ($"{Second}", "1e308"), ($"{Second}", $"{Second + 60}.5"),
            ($"{Second}", $"\"{Second + 60}\""), ($"\"{Second}\"", $"{Second + 60}"), ($"{Second}", $"{Second - 1}"),
            ($"{Second}", "null"), ("-1", $"{Second + 60}"), ($"{Second}", "99999999999999999999"),
        ], "\"scope\":\"https://www.googleapis.com/auth/cloudkms\"");
    }

    [Fact]
    public async Task F18_A_token_for_another_service_is_refused_with_any_scope()
    {
        await using var doors = await OpenDoors.OpenAsync();
        const string ours = "https://cloudkms.googleapis.com/";
        foreach (var claims in (string[])[
            "\"aud\":\"https://storage.googleapis.com/\"",
            "\"aud\":\"https://storage.googleapis.com/\",\"scope\":\"https://www.googleapis.com/auth/cloudkms\"",
            $"\"aud\":[\"https://storage.googleapis.com/\",\"{ours}\"]", "\"aud\":\"\"", "\"aud\":7", "\"x\":1",
            "\"scope\":\"https://www.googleapis.com/auth/drive\"", "\"scope\":\"\"", "\"scope\":[\"x\"]"])
            await RefusedAsync(doors, [($"{Second}", $"{Second + 60}")], claims);
        // And the two that are meant for us pass.
        foreach (var claims in (string[])[$"\"aud\":\"{ours}\"", "\"scope\":\"https://www.googleapis.com/auth/cloud-platform\""])
            Assert.Equal(200, (await doors.SendAsync("GET", Path, [], Made(doors, $"{Second}", $"{Second + 60}", claims))).Status);
    }

    [Fact]
    public async Task F19_Forms_that_are_not_strict_are_refused()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var admin = doors.Administrator;
        var good = doors.Token;
        var header = $$"""{"alg":"RS256","kid":"{{admin.KeyId}}"}""";
        var twice = admin.Payload(Second).Replace("{\"iss\"", $"{{\"iss\":\"{admin.Email}\",\"iss\"", StringComparison.Ordinal);
        var deep = admin.Payload(Second).Replace("{\"iss\"",
            "{\"x\":" + new string('[', 100) + new string(']', 100) + ",\"iss\"", StringComparison.Ordinal);
        var long9 = admin.Payload(Second).Replace("{\"iss\"", $"{{\"x\":\"{new string('a', 9_216)}\",\"iss\"", StringComparison.Ordinal);
        await RefusedAsync(doors, [
            admin.Sign(header, twice), admin.Sign(header, deep), admin.Sign(header, long9), good + "=", good + ".e30",
            "e30." + good, good[..good.LastIndexOf('.')], good[..^1] + (good[^1] == 'A' ? 'B' : 'A'), good + " x",
        ]);
    }

    private static string Made(OpenDoors doors, string issued, string expires, string claims) => doors.Administrator.Sign(
        $$"""{"alg":"RS256","kid":"{{doors.Administrator.KeyId}}"}""",
        $$"""{"iss":"{{doors.Administrator.Email}}","sub":"{{doors.Administrator.Email}}","iat":{{issued}},"exp":{{expires}},{{claims}}}""");

    private static Task RefusedAsync(OpenDoors doors, (string Issued, string Expires)[] times, string claims) =>
        RefusedAsync(doors, times.Select(t => Made(doors, t.Issued, t.Expires, claims)));

    private static async Task RefusedAsync(OpenDoors doors, IEnumerable<string> tokens)
    {
        var answers = new HashSet<string>();
        var seq = doors.Gate.Vault!.Snapshot.Seq;
        foreach (var token in tokens)
        {
            var before = doors.Records;
            var reply = await doors.SendAsync("GET", Path, [], token);
            Assert.True((reply.Status, reply.Reason) == (401, "UNAUTHENTICATED"), $"{token}\n{reply.Text}");
            Assert.Equal(before + 1, doors.Records);
            answers.Add(reply.Error.GetProperty("message").GetString()!);
        }

        Assert.Single(answers);
        Assert.Equal(seq, doors.Gate.Vault!.Snapshot.Seq);
    }
}
