using Keyward.Doors.Aws;
using Keyward.Tests.Doors.Rights;
using Microsoft.Extensions.Time.Testing;
using static Keyward.Tests.Doors.Rights.Scene;

namespace Keyward.Tests.Doors;

/// <summary>Uses that no door gives way to: nonces from outside, paddings that are oracles, rights handed on beyond
/// one's own, material going out, one tenant's hunger.</summary>
public sealed class RefusedUseTests
{
    private const string Grantee = "arn:aws:iam::000000000001:user/";

    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(1)]
    public async Task F9_A_callers_own_nonce_is_not_taken_for_GCM(int sizeBytes)
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        await doors.OkAsync("POST", $"/v1/{Ring}/cryptoKeys?cryptoKeyId=raw",
            """{"purpose":"RAW_ENCRYPT_DECRYPT","versionTemplate":{"algorithm":"AES_256_GCM"}}""");
        var version = $"/v1/{Ring}/cryptoKeys/raw/cryptoKeyVersions/1";
        var nonce = Convert.ToBase64String(new byte[sizeBytes]);
        Assert.Equal((400, "INVALID_ARGUMENT"), await doors.StatusAsync("POST", version + ":rawEncrypt",
            $$"""{"plaintext":"aGVsbG8=","initializationVector":"{{nonce}}"}"""));
        // Two messages never share one.
        var drawn = new HashSet<string>();
        for (var i = 0; i < 50; i++)
            drawn.Add((await doors.OkAsync("POST", version + ":rawEncrypt", Plaintext))
                .GetProperty("initializationVector").GetString()!);
        Assert.Equal(50, drawn.Count);
    }

    [Fact]
    public async Task F12_The_old_RSA_padding_wraps_and_opens_nothing()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var key = await MakeAsync(doors, """{"Origin":"EXTERNAL"}""");
        foreach (var spec in (string[])["RSA_2048", "RSA_3072", "RSA_4096"])
            Assert.Equal("UnsupportedOperationException", TypeOf(await doors.CallAwsAsync(
                "TrentService.GetParametersForImport",
                $$"""{"KeyId":"{{key}}","WrappingAlgorithm":"RSAES_PKCS1_V1_5","WrappingKeySpec":"{{spec}}"}""")));
        var pair = await MakeAsync(doors, """{"KeySpec":"RSA_2048","KeyUsage":"ENCRYPT_DECRYPT"}""");
        var blob = Convert.ToBase64String(new byte[256]);
        Assert.Equal("ValidationException", TypeOf(await doors.CallAwsAsync("TrentService.Decrypt",
            $$"""{"KeyId":"{{pair}}","CiphertextBlob":"{{blob}}","EncryptionAlgorithm":"RSAES_PKCS1_V1_5"}""")));
        // Google has neither; a number beyond its list is no method.
        await MakeKeyAsync(doors);
        foreach (var method in (string[])["7", "11", "\"RSA_PKCS1_2048\""])
            Assert.Equal((400, "INVALID_ARGUMENT"), await doors.StatusAsync("POST",
                $"/v1/{Ring}/importJobs?importJobId=j",
                $$"""{"importMethod":{{method}},"protectionLevel":"SOFTWARE"}"""));
    }

    [Fact]
    public async Task F34_Who_may_hand_on_a_grant_hands_on_no_more_than_it()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var key = await MakeAsync(doors, "{}");
        var ann = await Person.MakeAsync(doors, "ann");
        var bob = await Person.MakeAsync(doors, "bob");
        const string within = """{"EncryptionContextSubset":{"tenant":"a"}}""";
        string Wanted(string who, string operations, string constraint) =>
            $"{{\"KeyId\":\"{key}\",\"GranteePrincipal\":\"{Grantee}{who}\",\"Operations\":[{operations}]"
            + (constraint.Length == 0 ? "}" : $",\"Constraints\":{constraint}}}");
        var parent = await doors.CallAwsAsync(
            "TrentService.CreateGrant", Wanted("ann", "\"Encrypt\",\"CreateGrant\"", within));
        Assert.True(parent.Status == 200, parent.Text);
        foreach (var more in (string[])[Wanted("bob", "\"Encrypt\",\"Decrypt\"", within),
            Wanted("bob", "\"Encrypt\"", ""), Wanted("bob", "\"Encrypt\"", within.Replace("\"a\"", "\"b\""))])
            Assert.Equal("AccessDeniedException", TypeOf(await ann.CallAwsAsync("CreateGrant", more)));
        var child = await ann.CallAwsAsync("CreateGrant", Wanted("bob", "\"Encrypt\"", within));
        Assert.True(child.Status == 200, child.Text);

        var use = $$$"""{"KeyId":"{{{key}}}","Plaintext":"AAAA","EncryptionContext":{"tenant":"a"}}""";
        Assert.Equal("ok", TypeOf(await bob.CallAwsAsync("Encrypt", use)));
        await doors.CallAwsAsync("TrentService.RevokeGrant",
            $$"""{"KeyId":"{{key}}","GrantId":"{{parent.Json.GetProperty("GrantId").GetString()}}"}""");
        Assert.Equal("AccessDeniedException", TypeOf(await bob.CallAwsAsync("Encrypt", use)));
    }

    [Fact]
    public async Task F39_No_door_gives_material_out_nor_lets_a_key_be_made_or_altered_so_that_it_would()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var version = $"/v1/{Key}/cryptoKeyVersions/1";
        Assert.Equal((501, "UNIMPLEMENTED"), await doors.StatusAsync("GET",
            $"{version}:exportTrustedKeyWrappedCryptoKeyVersion?wrappingKey={Key}"));
        Assert.Equal((501, "UNIMPLEMENTED"), await doors.StatusAsync("POST",
            $"/v1/{Ring}/cryptoKeys?cryptoKeyId=open&trustedWrappingEnabled=true", """{"purpose":"ENCRYPT_DECRYPT"}"""));
        foreach (var mask in (string[])["trustedWrappingEnabled", "hsmTrusted", "protectionLevel"])
            Assert.Equal((400, "INVALID_ARGUMENT"), await doors.StatusAsync("PATCH",
                $"{version}?updateMask={mask}", """{"trustedWrappingEnabled":true,"hsmTrusted":true}"""));
        Assert.DoesNotContain(Operations.All.Keys, o => o.Contains("Export", StringComparison.Ordinal));
        Assert.DoesNotContain(doors.Services.SelectMany(s => s.Descriptor.Methods), m =>
            m.Name.Contains("Export", StringComparison.Ordinal)
            && m.Name is not "ExportTrustedKeyWrappedCryptoKeyVersion");
    }

    [Fact]
    public async Task F40_A_tenant_far_beyond_its_quota_is_throttled_and_another_is_not()
    {
        await using var doors = await OpenDoors.OpenAsync(
            new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero)));
        await MakeKeyAsync(doors);
        await doors.OkAsync("POST", "/keyward/v1/projects", """{"id":"hungry"}""");
        var hungry = await Person.MakeAsync(doors, "hungry", "hungry");
        await AddAsync(doors, "projects/hungry", "roles/owner", hungry.Member);
        const string ring = "/v1/projects/hungry/locations/us-east-1/keyRings";
        await hungry.OkAsync("POST", ring + "?keyRingId=r");
        await hungry.OkAsync("POST", ring + "/r/cryptoKeys?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""");
        await doors.OkAsync("POST", "/keyward/v1/projects/hungry/quotas",
            """{"metric":"requests_per_minute","limit":"5"}""");

        var served = 0;
        for (var i = 0; i < 500; i++)
        {
            var status = await hungry.StatusAsync("POST", ring + "/r/cryptoKeys/k:encrypt", Plaintext);
            Assert.True(status is 200 or 429, $"{status}");
            if (status == 200) served++;
            if (i % 10 == 0) await doors.OkAsync("POST", $"/v1/{Key}:encrypt", Plaintext);
        }

        Assert.Equal(5, served);
    }

    private static async Task<string> MakeAsync(OpenDoors doors, string body) =>
        (await doors.CallAwsAsync("TrentService.CreateKey", body)).Json
            .GetProperty("KeyMetadata").GetProperty("KeyId").GetString()!;

    private static string? TypeOf(RestReply reply) =>
        reply.Status == 200 ? "ok" : reply.Json.GetProperty("__type").GetString();
}
