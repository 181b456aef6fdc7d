using System.Text;
using Google.Cloud.Kms.V1;
using Keyward.Doors.Rpc;
using Microsoft.AspNetCore.Http;

namespace Keyward.Tests.Doors.Rpc;

/// <summary>REST as Google answers it, at each point where ASP.NET's own transcoding answers otherwise.</summary>
public sealed class TranscoderTests : IAsyncLifetime
{
    private const string Location = "/v1/projects/default/locations/global";
    private const string Key = Location + "/keyRings/r/cryptoKeys/k";
    private const string Numbers = "$alt=json%3Benum-encoding=int";

    private OpenDoors _doors = null!;

    public async ValueTask InitializeAsync()
    {
        _doors = await OpenDoors.OpenAsync();
        Assert.Equal(200, (await _doors.SendAsync("POST", Location + "/keyRings?keyRingId=r")).Status);
        var made = await _doors.SendAsync(
            "POST", Location + "/keyRings/r/cryptoKeys?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""");
        Assert.True(made.Status == 200, made.Text);
    }

    public ValueTask DisposeAsync() => _doors.DisposeAsync();

    [Fact]
    public async Task Int64_values_are_strings_and_are_read_from_numbers_too()
    {
        var reply = await _doors.SendAsync("POST", Key + ":encrypt", """{"plaintext":"","plaintextCrc32c":0}""");
        Assert.Matches("^[0-9]+$", reply.Json.GetProperty("ciphertextCrc32c").GetString()!);
        Assert.True(reply.Json.GetProperty("verifiedPlaintextCrc32c").GetBoolean());
        reply = await _doors.SendAsync("POST", Key + ":encrypt", """{"plaintext":"","plaintextCrc32c":"0"}""");
        Assert.Equal(200, reply.Status);
    }

    [Fact]
    public async Task Defaults_are_left_out()
    {
        var ring = await _doors.SendAsync("POST", Location + "/keyRings?keyRingId=empty");
        Assert.Equal(200, ring.Status);
        Assert.Equal("{ }", (await _doors.SendAsync("GET", Location + "/keyRings/empty/cryptoKeys")).Text.Trim());
        var key = await _doors.SendAsync("GET", Key);
        Assert.False(key.Json.TryGetProperty("importOnly", out _));
        Assert.Equal("2592000s", key.Json.GetProperty("destroyScheduledDuration").GetString());
    }

    [Fact]
    public async Task Enums_are_names_or_numbers_as_the_request_asks()
    {
        var named = (await _doors.SendAsync("GET", Key)).Json;
        Assert.Equal("ENCRYPT_DECRYPT", named.GetProperty("purpose").GetString());
        var numbered = (await _doors.SendAsync("GET", Key + "?" + Numbers)).Json;
        Assert.Equal(1, numbered.GetProperty("purpose").GetInt32());
        Assert.Equal(1, numbered.GetProperty("primary").GetProperty("state").GetInt32());
        foreach (var query in (string[])["alt=json", "$alt=json", "prettyPrint=true", "fields=name", "$.xgafv=2"])
            Assert.Equal(200, (await _doors.SendAsync("GET", Key + "?" + query)).Status);
    }

    [Theory]
    [InlineData("GET", Key + "x", "", 404, "NOT_FOUND")]
    [InlineData("GET", Key + "?view=none", "", 400, "INVALID_ARGUMENT")]
    [InlineData("GET", Location + "/keyRings?page_size=many", "", 400, "INVALID_ARGUMENT")]
    [InlineData("GET", Location + "/keyRings?pageSize=1&pageSize=2", "", 400, "INVALID_ARGUMENT")]
    [InlineData("POST", Location + "/keyRings?keyRingId=r", "", 409, "ALREADY_EXISTS")]
    [InlineData("POST", Location + "/keyRings?keyRingId=a%20b", "", 400, "INVALID_ARGUMENT")]
    [InlineData("POST", Key + ":encrypt", """{"plaintext":"AAAA","plaintextCrc32c":"1"}""", 400, "INVALID_ARGUMENT")]
    [InlineData("POST", Key + ":encrypt", """{"plaintext":"*"}""", 400, "INVALID_ARGUMENT")]
    [InlineData("POST", Key + ":decrypt", """{"ciphertext":"AAAA"}""", 400, "INVALID_ARGUMENT")]
    [InlineData("POST", Key + "/cryptoKeyVersions/1:restore", "{}", 400, "FAILED_PRECONDITION")]
    [InlineData("POST", Key + "/cryptoKeyVersions:importTrustedKeyWrappedCryptoKeyVersion", "{}", 501, "UNIMPLEMENTED")]
    [InlineData("PATCH", Key, """{"labels":{"a":"b"}}""", 400, "INVALID_ARGUMENT")]
    [InlineData("PATCH", Key + "?updateMask=purpose", "{}", 400, "INVALID_ARGUMENT")]
    [InlineData("GET", "/v1/nothing", "", 404, "NOT_FOUND")]
    [InlineData("PUT", Key, "{}", 405, "NOT_FOUND")]
    public async Task Errors_have_googles_envelope(string method, string path, string body, int status, string name)
    {
        var reply = await _doors.SendAsync(method, path, body);
        Assert.Equal((status, "application/json; charset=UTF-8"), (reply.Status, reply.ContentType));
        Assert.Equal(status, reply.Error.GetProperty("code").GetInt32());
        Assert.Equal(name, reply.Error.GetProperty("status").GetString());
        Assert.NotEmpty(reply.Error.GetProperty("message").GetString()!);
        var detail = reply.Error.GetProperty("details")[0];
        Assert.Equal("type.googleapis.com/google.rpc.ErrorInfo", detail.GetProperty("@type").GetString());
        Assert.Equal("keyward", detail.GetProperty("domain").GetString());
    }

    [Theory]
    [InlineData("POST", Key + ":encrypt", """{"plaintexts":"AAAA"}""", "plaintexts")]
    [InlineData("PATCH", Key + "?updateMask=labels", """{"versionTemplate":{"size":1}}""", "versionTemplate.size")]
    [InlineData("GET", Key + "?colour=red", "", "colour")]
    [InlineData("POST", Key + ":encrypt?colour=red", "{}", "colour")]
    public async Task Unknown_names_are_refused_by_name(string method, string path, string body, string name)
    {
        var reply = await _doors.SendAsync(method, path, body);
        Assert.Equal(400, reply.Status);
        Assert.Contains($"\"{name}\"", reply.Error.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData(":encrypt", """{"plaintext":"*"}""", "plaintext", "TYPE_BYTES")]
    [InlineData(":encrypt", """{"plaintext":5}""", "plaintext", "TYPE_BYTES")]
    [InlineData(":encrypt", """{"plaintextCrc32c":1.5}""", "plaintext_crc32c", "google.protobuf.Int64Value")]
    [InlineData(":getIamPolicy", """{"options":{"requestedPolicyVersion":"x"}}""",
        "options.requested_policy_version", "TYPE_INT32")]
    [InlineData(":encrypt", """{"plaintexts":"AAAA"}""", "plaintexts", "plaintexts")]
    [InlineData(":encrypt?colour=red", "{}", "colour", "colour")]
    public async Task What_does_not_fit_is_told_by_its_field(string verb, string body, string field, string kind)
    {
        var reply = await _doors.SendAsync("POST", Key + verb, body);
        Assert.Equal((400, "INVALID_ARGUMENT"), (reply.Status, reply.Error.GetProperty("status").GetString()));
        Assert.Contains(kind, reply.Error.GetProperty("message").GetString());
        var detail = reply.Error.GetProperty("details")[1];
        Assert.Equal("type.googleapis.com/google.rpc.BadRequest", detail.GetProperty("@type").GetString());
        Assert.Equal(field, detail.GetProperty("fieldViolations")[0].GetProperty("field").GetString());
    }

    [Theory]
    [InlineData("fields=name", "name")]
    [InlineData("$fields=name,version_template",
        "name versionTemplate versionTemplate.protectionLevel versionTemplate.algorithm")]
    [InlineData("fields=primary/state", "primary primary.state")]
    [InlineData("fields=primary.state,purpose", "primary primary.state purpose")]
    [InlineData("fields=primary(name,state)", "primary primary.name primary.state")]
    [InlineData("fields=name&fields=purpose", "name purpose")]
    [InlineData("fields=labels.team,primary(state),primary/state", "primary primary.state")]
    public async Task An_answer_is_cut_to_the_fields_that_are_asked_for(string query, string expected)
    {
        var reply = await _doors.SendAsync("GET", $"{Key}?{query}");
        Assert.True(reply.Status == 200, reply.Text);
        Assert.Equal(expected.Split(' ').Order(), Names(reply.Json, "").Order());

        static IEnumerable<string> Names(System.Text.Json.JsonElement json, string path) =>
            json.EnumerateObject().SelectMany(p => p.Value.ValueKind == System.Text.Json.JsonValueKind.Object
                ? Names(p.Value, path + p.Name + ".").Prepend(path + p.Name) : [path + p.Name]);
    }

    [Fact]
    public void The_header_cuts_an_answer_as_the_parameter_does()
    {
        var request = new DefaultHttpContext().Request;
        request.Headers["X-Goog-FieldMask"] = "name";
        var cut = SystemParameters.Parse(request, CryptoKey.Descriptor).Fields!.Of(
            System.Text.Json.Nodes.JsonNode.Parse("""{"name":"n","purpose":"MAC"}"""));
        Assert.Equal("""{"name":"n"}""", cut!.ToJsonString());
    }

    [Fact]
    public async Task Lists_are_cut_item_by_item_and_everything_is_a_star()
    {
        var reply = await _doors.SendAsync(
            "GET", Location + "/keyRings/r/cryptoKeys?fields=cryptoKeys(name),totalSize");
        Assert.Equal($$"""{"cryptoKeys":[{"name":"{{Key[4..]}}"}],"totalSize":1}""", reply.Text.Trim());
        var whole = await _doors.SendAsync("GET", Key);
        var star = await _doors.SendAsync("GET", Key + "?fields=*");
        Assert.Equal(whole.Json.ToString().Replace(" ", ""), star.Json.ToString().Replace(" ", ""));
    }

    [Theory]
    [InlineData("fields=colour")]
    [InlineData("fields=name/first")]
    [InlineData("fields=primary(state")]
    [InlineData("fields=primary)")]
    [InlineData("fields=,")]
    [InlineData("alt=proto")]
    [InlineData("$alt=media")]
    public async Task A_bad_wish_for_the_answer_is_refused_before_anything_is_done(string query)
    {
        var before = _doors.Records;
        var made = await _doors.SendAsync(
            "POST", $"{Location}/keyRings?keyRingId=wish&{query.Replace("primary", "name")}");
        Assert.Equal((400, "INVALID_ARGUMENT"), (made.Status, made.Error.GetProperty("status").GetString()));
        Assert.Equal(400, (await _doors.SendAsync("GET", $"{Key}?{query}")).Status);
        Assert.Equal(404, (await _doors.SendAsync("GET", Location + "/keyRings/wish")).Status);
        Assert.Equal(before + 3, _doors.Records);
    }

    [Fact]
    public async Task Who_may_not_and_who_is_unknown_is_told_in_googles_words_for_it()
    {
        var denied = await _doors.SendAsync("GET", "/v1/projects/elsewhere/locations/global/keyRings");
        Assert.Equal(("IAM_PERMISSION_DENIED", "cloudkms.googleapis.com"), Words(denied));
        Assert.Equal("PERMISSION_DENIED", denied.Reason);
        Assert.Equal("cloudkms.keyRings.list",
            denied.Detail.GetProperty("metadata").GetProperty("permission").GetString());
        var unknown = await _doors.SendAsync("GET", Key, [], null);
        Assert.Equal(("CREDENTIALS_MISSING", "googleapis.com"), Words(unknown));
        Assert.Equal("UNAUTHENTICATED", unknown.Reason);
        Assert.Equal(("ACCESS_TOKEN_TYPE_UNSUPPORTED", "googleapis.com"),
            Words(await _doors.SendAsync("GET", Key, [], "none")));

        static (string?, string?) Words(RestReply reply) => (
            reply.Detail.GetProperty("reason").GetString(), reply.Detail.GetProperty("domain").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"state":null}""")]
    public async Task Nothing_to_say_is_an_empty_message(string body) =>
        Assert.Equal(200, (await _doors.SendAsync("POST", Key + "/cryptoKeyVersions", body)).Status);

    [Fact]
    public async Task Null_maps_are_absent()
    {
        var made = await _doors.SendAsync("POST", Location + "/keyRings/r/cryptoKeys?crypto_key_id=n",
            """{"purpose":1,"labels":null,"primary":null}""");
        Assert.Equal(200, made.Status);
    }

    [Theory]
    [InlineData("rotationPeriod,nextRotationTime")]
    [InlineData("rotation_period%2Cnext_rotation_time")]
    public async Task Masks_come_in_either_case(string mask)
    {
        var reply = await _doors.SendAsync("PATCH", $"{Key}?updateMask={mask}&{Numbers}",
            """{"rotation_period":"86400s","nextRotationTime":"2099-01-01T00:00:00Z"}""");
        Assert.True(reply.Status == 200, reply.Text);
        Assert.Equal("86400s", reply.Json.GetProperty("rotationPeriod").GetString());
        Assert.Equal("2099-01-01T00:00:00Z", reply.Json.GetProperty("nextRotationTime").GetString());
    }

    [Fact]
    public async Task A_bad_enum_is_told_without_a_name_of_ours()
    {
        var reply = await _doors.SendAsync("POST", Location + "/keyRings/r/cryptoKeys?cryptoKeyId=x",
            """{"purpose":"NONE"}""");
        Assert.Equal(400, reply.Status);
        Assert.DoesNotContain("Google.Cloud", reply.Text);
    }

    [Fact]
    public async Task An_encoded_slash_does_not_make_a_longer_name() =>
        Assert.Equal(400, (await _doors.SendAsync("GET", Location + "/keyRings/r%2Fx")).Status);

    [Fact]
    public async Task Both_forms_of_get_iam_policy_are_served()
    {
        foreach (var path in (string[])[Key, Location + "/keyRings/r", "/v1/projects/default"])
        {
            var got = await _doors.SendAsync("GET", path + ":getIamPolicy?options.requestedPolicyVersion=3&" + Numbers);
            Assert.Equal(200, got.Status);
            var posted = await _doors.SendAsync(
                "POST", path + ":getIamPolicy", """{"options":{"requestedPolicyVersion":3}}""");
            Assert.Equal(got.Text, posted.Text);
            Assert.NotEmpty(got.Json.GetProperty("etag").GetString()!);
        }
    }

    [Fact]
    public async Task Locations_show_their_metadata()
    {
        var location = (await _doors.SendAsync("GET", Location)).Json;
        Assert.Equal("global", location.GetProperty("locationId").GetString());
        Assert.Equal("type.googleapis.com/google.cloud.kms.v1.LocationMetadata",
            location.GetProperty("metadata").GetProperty("@type").GetString());
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        var reply = await _doors.SendAsync("POST", Key + ":encrypt",
            $$"""{"plaintext":"{{new string('A', 200 * 1024)}}"}""");
        Assert.Equal((400, "INVALID_ARGUMENT"), (reply.Status, reply.Error.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task A_body_far_over_the_limit_is_read_to_its_end_so_that_the_answer_arrives()
    {
        await using var body = new CountedStream(5 * 1024 * 1024);
        await _doors.ServeAsync("POST", Key + ":encrypt", body);
        Assert.Equal(5 * 1024 * 1024, body.Count);
    }

    [Fact]
    public async Task Without_a_token_nothing_but_the_headers_is_read()
    {
        var reply = await _doors.SendAsync("POST", Key + ":encrypt", "not json"u8.ToArray(), null);
        Assert.Equal((401, "UNAUTHENTICATED"), (reply.Status, reply.Error.GetProperty("status").GetString()));
        reply = await _doors.SendAsync("POST", Key + ":encrypt", [], _doors.Token[..^2] + "AA");
        Assert.Equal(401, reply.Status);
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_recorded()
    {
        var before = _doors.Records;
        await _doors.ServeAsync("POST", Key + ":encrypt", new BrokenStream());
        Assert.Equal(before + 1, _doors.Records);
    }

    [Fact]
    public async Task A_file_goes_round()
    {
        var aad = Convert.ToBase64String("context"u8);
        var sealedText = (await _doors.SendAsync("POST", Key + ":encrypt",
            $$"""{"plaintext":"{{Convert.ToBase64String("hello"u8)}}","additionalAuthenticatedData":"{{aad}}"}""")).Json;
        var ciphertext = sealedText.GetProperty("ciphertext").GetString();
        var opened = (await _doors.SendAsync("POST", Key + ":decrypt",
            $$"""{"ciphertext":"{{ciphertext}}","additional_authenticated_data":"{{aad.TrimEnd('=')}}"}""")).Json;
        Assert.Equal("hello", Encoding.UTF8.GetString(opened.GetProperty("plaintext").GetBytesFromBase64()));
        Assert.True(opened.GetProperty("usedPrimary").GetBoolean());
        Assert.Equal("SOFTWARE", opened.GetProperty("protectionLevel").GetString());
    }

    private sealed class CountedStream(int sizeBytes) : MemoryStream(new byte[sizeBytes])
    {
        public long Count { get; private set; }

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            Count += read;
            return read;
        }
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("The client reset the request stream.");
    }
}
