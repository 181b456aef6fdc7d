using System.Security.Cryptography;
using System.Text.Json;
using Keyward.Vault.Automation;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Doors.Google;

/// <summary>Import jobs and imports through the REST door, wrapped as a client wraps.</summary>
public sealed class ImportTests : IAsyncLifetime
{
    private const string Location = "/v1/projects/default/locations/global";
    private const string Ring = Location + "/keyRings/byok";
    private const string Job = Ring + "/importJobs/job";

    /// <summary>A method whose wrapping key is made in no time.</summary>
    private const string Quick = "HPKE_KEM_ML_KEM_768_HKDF_SHA256_AES_256_GCM";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private OpenDoors _doors = null!;

    public async ValueTask InitializeAsync()
    {
        _doors = await OpenDoors.OpenAsync(_time);
        await _doors.OkAsync("POST", Location + "/keyRings?keyRingId=byok");
    }

    public ValueTask DisposeAsync() => _doors.DisposeAsync();

    [Fact]
    public async Task Material_comes_in_by_every_method_as_it_was()
    {
        await KeyAsync("MAC", "HMAC_SHA256");
        string[] methods =
        [
            "RSA_OAEP_3072_SHA1_AES_256", "RSA_OAEP_4096_SHA1_AES_256", "RSA_OAEP_3072_SHA256_AES_256",
            "RSA_OAEP_4096_SHA256_AES_256", "RSA_OAEP_3072_SHA256", "RSA_OAEP_4096_SHA256", Quick,
            "HPKE_KEM_ML_KEM_1024_HKDF_SHA256_AES_256_GCM", "HPKE_KEM_XWING_HKDF_SHA256_AES_256_GCM",
        ];
        foreach (var method in methods)
        {
            var job = await JobAsync(method, method);
            var material = RandomNumberGenerator.GetBytes(32);
            var version = await ImportWrappedAsync("HMAC_SHA256", Wrapping.Wrap(job, material), null, method);
            Assert.Equal("ENABLED", version.GetProperty("state").GetString());
            Assert.Equal($"{Ring[4..]}/importJobs/{method}", version.GetProperty("importJob").GetString());
            Assert.Equal("2026-01-01T00:00:00Z", version.GetProperty("importTime").GetString());
            Assert.False(version.TryGetProperty("generateTime", out _));
            Assert.False(version.TryGetProperty("reimportEligible", out _));
            var vault = _doors.Keeper.Gate.Vault!;
            var held = vault.Snapshot.Keys.Single().Versions[^1];
            Assert.Equal(HMACSHA256.HashData(material, "hello"u8), vault.Keystore.MacSign(held.Material, "hello"u8));
        }
    }

    [Fact]
    public async Task A_job_lives_three_days_and_its_private_half_goes()
    {
        var job = await JobAsync(Quick);
        Assert.Equal("2026-01-04T00:00:00Z", job.GetProperty("expireTime").GetString());
        Assert.Equal("2026-01-01T00:00:00Z", job.GetProperty("generateTime").GetString());
        Assert.False(job.TryGetProperty("attestation", out _));
        await KeyAsync("MAC", "HMAC_SHA256");
        var wrapped = Wrapping.Wrap(job, RandomNumberGenerator.GetBytes(32));
        _time.Advance(TimeSpan.FromDays(3));
        await JobsAsync();
        var expired = await _doors.OkAsync("GET", Job);
        Assert.Equal("EXPIRED", expired.GetProperty("state").GetString());
        Assert.Equal("2026-01-04T00:00:00Z", expired.GetProperty("expireEventTime").GetString());
        Assert.False(expired.TryGetProperty("publicKey", out _));
        Assert.Equal((400, "FAILED_PRECONDITION"), await TryImportAsync("HMAC_SHA256", wrapped));
        Assert.Equal((409, "ALREADY_EXISTS"), await _doors.StatusAsync("POST", Ring + "/importJobs?importJobId=job",
            $$"""{"importMethod":"{{Quick}}","protectionLevel":"SOFTWARE"}"""));
    }

    [Theory]
    [InlineData("""{"protectionLevel":"SOFTWARE"}""", 400)]
    [InlineData("""{"importMethod":"RSA_OAEP_3072_SHA256"}""", 400)]
    [InlineData("""{"importMethod":77,"protectionLevel":"SOFTWARE"}""", 400)]
    [InlineData("""{"importMethod":"RSA_OAEP_3072_SHA256","protectionLevel":"HSM"}""", 501)]
    public async Task A_job_without_method_or_level_is_refused(string job, int status) => Assert.Equal(
        status, (await _doors.StatusAsync("POST", Ring + "/importJobs?importJobId=job", job)).Status);

    [Fact]
    public async Task The_wrapping_key_comes_in_the_format_that_is_asked_for()
    {
        await JobAsync("RSA_OAEP_3072_SHA256");
        var pem = (await _doors.OkAsync("GET", Job)).GetProperty("publicKey").GetProperty("pem").GetString()!;
        using var rsa = RSA.Create();
        rsa.ImportFromPem(pem);
        var der = await _doors.OkAsync("GET", Job + "?publicKeyFormat=DER");
        Assert.Equal("DER", der.GetProperty("publicKeyFormat").GetString());
        Assert.Equal(rsa.ExportSubjectPublicKeyInfo(), der.GetProperty("publicKey").GetProperty("data").GetBytesFromBase64());
        Assert.Equal(400, (await _doors.StatusAsync("GET", Job + "?publicKeyFormat=NIST_PQC")).Status);
    }

    [Fact]
    public async Task What_does_not_unwrap_fails_with_a_reason_and_leaves_nothing_usable()
    {
        var job = await JobAsync("RSA_OAEP_3072_SHA256_AES_256");
        await KeyAsync("ENCRYPT_DECRYPT", "GOOGLE_SYMMETRIC_ENCRYPTION");
        var wrapped = Wrapping.Wrap(job, RandomNumberGenerator.GetBytes(32));
        foreach (var damage in (Func<byte[], byte[]>[])[b => b[..^1], b => b[..300], b => b[..384], b => [], b => new byte[20_000]])
            Assert.Equal((400, "INVALID_ARGUMENT"), await TryImportAsync("GOOGLE_SYMMETRIC_ENCRYPTION", damage(wrapped)));
        Assert.False((await VersionsAsync()).TryGetProperty("cryptoKeyVersions", out _));

        foreach (var at in (int[])[0, 200, 384, wrapped.Length - 1])
        {
            var broken = wrapped.ToArray();
            broken[at] ^= 1;
            var failed = await ImportWrappedAsync("GOOGLE_SYMMETRIC_ENCRYPTION", broken);
            Assert.Equal("IMPORT_FAILED", failed.GetProperty("state").GetString());
            Assert.Equal("The key material could not be unwrapped or is not formatted correctly.",
                failed.GetProperty("importFailureReason").GetString());
            var path = "/v1/" + failed.GetProperty("name").GetString();
            foreach (var verb in (string[])[":destroy", ":restore"])
                Assert.Equal((400, "FAILED_PRECONDITION"), await _doors.StatusAsync("POST", path + verb, "{}"));
            Assert.Equal((400, "FAILED_PRECONDITION"), await _doors.StatusAsync(
                "PATCH", path + "?updateMask=state", """{"state":"ENABLED"}"""));
            Assert.Equal((400, "FAILED_PRECONDITION"), await _doors.StatusAsync("POST", Ring +
                "/cryptoKeys/k:updatePrimaryVersion", $$"""{"cryptoKeyVersionId":"{{path.Split('/')[^1]}}"}"""));
        }

        // The failed one can be tried again, or be deleted.
        var again = await ImportWrappedAsync("GOOGLE_SYMMETRIC_ENCRYPTION", wrapped, 1);
        Assert.Equal("ENABLED", again.GetProperty("state").GetString());
        Assert.False(again.TryGetProperty("importFailureReason", out _));
        await _doors.OkAsync("DELETE", Ring + "/cryptoKeys/k/cryptoKeyVersions/2");
        Assert.Equal(404, (await _doors.StatusAsync("GET", Ring + "/cryptoKeys/k/cryptoKeyVersions/2")).Status);
    }

    [Fact]
    public async Task An_imported_version_is_never_primary_by_itself()
    {
        var job = await JobAsync(Quick);
        await KeyAsync("ENCRYPT_DECRYPT", "GOOGLE_SYMMETRIC_ENCRYPTION");
        await ImportAsync(job, "GOOGLE_SYMMETRIC_ENCRYPTION", RandomNumberGenerator.GetBytes(32));
        Assert.False((await _doors.OkAsync("GET", Ring + "/cryptoKeys/k")).TryGetProperty("primary", out _));
        await _doors.OkAsync("POST", Ring + "/cryptoKeys/k:updatePrimaryVersion", """{"cryptoKeyVersionId":"1"}""");
        await _doors.OkAsync("POST", Ring + "/cryptoKeys/k:encrypt", """{"plaintext":"aGVsbG8="}""");
    }

    [Fact]
    public async Task Destroyed_material_comes_back_only_as_it_was()
    {
        var job = await JobAsync(Quick);
        await KeyAsync("ENCRYPT_DECRYPT", "GOOGLE_SYMMETRIC_ENCRYPTION", """, "importOnly":true,"destroyScheduledDuration":"0s" """);
        var material = RandomNumberGenerator.GetBytes(32);
        await ImportAsync(job, "GOOGLE_SYMMETRIC_ENCRYPTION", material);
        await _doors.OkAsync("POST", Ring + "/cryptoKeys/k:updatePrimaryVersion", """{"cryptoKeyVersionId":"1"}""");
        var sealedText = (await _doors.OkAsync("POST", Ring + "/cryptoKeys/k:encrypt", """{"plaintext":"aGVsbG8="}"""))
            .GetProperty("ciphertext").GetString();
        Assert.Equal((400, "FAILED_PRECONDITION"), await TryImportAsync(
            "GOOGLE_SYMMETRIC_ENCRYPTION", Wrapping.Wrap(job, material), 1));

        var gone = await _doors.OkAsync("POST", Ring + "/cryptoKeys/k/cryptoKeyVersions/1:destroy", "{}");
        Assert.Equal("DESTROYED", gone.GetProperty("state").GetString());
        Assert.True(gone.GetProperty("reimportEligible").GetBoolean());
        await JobsAsync();
        Assert.Equal((400, "FAILED_PRECONDITION"), await _doors.StatusAsync(
            "DELETE", Ring + "/cryptoKeys/k/cryptoKeyVersions/1"));
        Assert.Equal((400, "INVALID_ARGUMENT"), await TryImportAsync(
            "GOOGLE_SYMMETRIC_ENCRYPTION", Wrapping.Wrap(job, RandomNumberGenerator.GetBytes(32)), 1));
        Assert.Equal((400, "INVALID_ARGUMENT"), await TryImportAsync(
            "GOOGLE_SYMMETRIC_ENCRYPTION", RandomNumberGenerator.GetBytes(1_136), 1));
        Assert.Equal("DESTROYED", (await _doors.OkAsync(
            "GET", Ring + "/cryptoKeys/k/cryptoKeyVersions/1")).GetProperty("state").GetString());

        _time.Advance(TimeSpan.FromHours(1));
        var back = await ImportWrappedAsync("GOOGLE_SYMMETRIC_ENCRYPTION", Wrapping.Wrap(job, material), 1);
        Assert.Equal("ENABLED", back.GetProperty("state").GetString());
        Assert.Equal("2026-01-01T01:00:00Z", back.GetProperty("importTime").GetString());
        Assert.False(back.TryGetProperty("destroyEventTime", out _));
        var opened = await _doors.OkAsync(
            "POST", Ring + "/cryptoKeys/k:decrypt", $$"""{"ciphertext":"{{sealedText}}"}""");
        Assert.Equal("aGVsbG8=", opened.GetProperty("plaintext").GetString());
    }

    [Fact]
    public async Task Only_what_was_imported_can_be_imported_again()
    {
        var job = await JobAsync(Quick);
        await _doors.OkAsync("POST", Ring + "/cryptoKeys?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""");
        await _doors.OkAsync("POST", Ring + "/cryptoKeys/k/cryptoKeyVersions/1:destroy", "{}");
        _time.Advance(TimeSpan.FromDays(30));
        await JobAsync(Quick, "late");
        var wrapped = Wrapping.Wrap(await _doors.OkAsync("GET", Ring + "/importJobs/late"), new byte[32]);
        Assert.Equal((400, "FAILED_PRECONDITION"), await TryImportAsync(
            "GOOGLE_SYMMETRIC_ENCRYPTION", wrapped, 1, "late"));
    }

    [Fact]
    public async Task A_job_has_a_policy_of_its_own()
    {
        await JobAsync(Quick);
        var policy = await _doors.OkAsync("GET", Job + ":getIamPolicy");
        var etag = policy.GetProperty("etag").GetString();
        await _doors.OkAsync("POST", Job + ":setIamPolicy", "{\"policy\":{\"etag\":\"" + etag + "\"," +
            """ "bindings":[{"role":"roles/cloudkms.importer","members":["user:ada@example.com"]}]}}""");
        var set = await _doors.OkAsync("POST", Job + ":getIamPolicy", "{}");
        Assert.Equal("roles/cloudkms.importer", set.GetProperty("bindings")[0].GetProperty("role").GetString());
    }

    private async Task<JsonElement> JobAsync(string method, string id = "job")
    {
        await _doors.OkAsync("POST", $"{Ring}/importJobs?importJobId={id}",
            $$"""{"importMethod":"{{method}}","protectionLevel":"SOFTWARE"}""");
        // Where no key lay ready the job is pending, and the server's own job makes it; on a busy machine an RSA key may
        // take more than the patience of one run.
        var job = await _doors.OkAsync("GET", $"{Ring}/importJobs/{id}");
        for (var run = 0; run < 10 && job.GetProperty("state").GetString() == "PENDING_GENERATION"; run++)
        {
            await JobsAsync();
            job = await _doors.OkAsync("GET", $"{Ring}/importJobs/{id}");
        }

        Assert.Equal("ACTIVE", job.GetProperty("state").GetString());
        return job;
    }

    private async Task JobsAsync()
    {
        await new WrappingKeys(_doors.Keeper.Gate, _time).RunAsync(default);
        await new Destruction(_doors.Keeper.Gate, _doors.Keeper.Store, _time).RunAsync(default);
    }

    private Task<JsonElement> KeyAsync(string purpose, string algorithm, string more = "") => _doors.OkAsync("POST",
        Ring + "/cryptoKeys?cryptoKeyId=k&skipInitialVersionCreation=true",
        $$"""{"versionTemplate":{"algorithm":"{{algorithm}}"},"purpose":"{{purpose}}"{{more}} }""");

    private Task<JsonElement> VersionsAsync() => _doors.OkAsync("GET", Ring + "/cryptoKeys/k/cryptoKeyVersions");

    private Task<JsonElement> ImportAsync(JsonElement job, string algorithm, byte[] material) =>
        ImportWrappedAsync(algorithm, Wrapping.Wrap(job, material));

    private Task<JsonElement> ImportWrappedAsync(
        string algorithm, byte[] wrapped, int? version = null, string job = "job") => _doors.OkAsync(
        "POST", Ring + "/cryptoKeys/k/cryptoKeyVersions:import", Body(algorithm, wrapped, version, job));

    private Task<(int, string)> TryImportAsync(
        string algorithm, byte[] wrapped, int? version = null, string job = "job") => _doors.StatusAsync(
        "POST", Ring + "/cryptoKeys/k/cryptoKeyVersions:import", Body(algorithm, wrapped, version, job));

    private static string Body(string algorithm, byte[] wrapped, int? version, string job)
    {
        var into = version is null ? "" : $"\"cryptoKeyVersion\":\"{Ring[4..]}/cryptoKeys/k/cryptoKeyVersions/{version}\",";
        return $$"""
            {"algorithm":"{{algorithm}}","importJob":"{{Ring[4..]}}/importJobs/{{job}}",{{into}}
             "wrappedKey":"{{Convert.ToBase64String(wrapped)}}"}
            """;
    }
}
