using System.Text;
using System.Text.Json;
using Google.Protobuf.Reflection;
using Keyward.Protos.V1;
using Keyward.Tests.Doors.Aws;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Doors;

/// <summary>What a tenant, a stranger and a key administrator get at what is not theirs.</summary>
public sealed class TenantTests
{
    private const string Ring = "/v1/projects/default/locations/us-east-1/keyRings/r";
    private const string Key = Ring + "/cryptoKeys/k";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task F25_A_tenant_reaches_nothing_of_another_by_any_form_of_its_name()
    {
        await using var doors = await OpenAsync();
        await doors.OkAsync("POST", "/keyward/v1/projects", """{"id":"other"}""");
        var tenant = await TestAccount.MakeAsync(doors, "tenant", "other");
        await GrantAsync(doors, "/v1/projects/other", "roles/owner", tenant);
        var ciphertext = await EncryptAsync(doors);
        foreach (var (method, path, body) in ((string, string, string)[])[
            ("GET", Key, ""), ("GET", Ring, ""), ("GET", Ring + "/cryptoKeys", ""), ("GET", Key + "/cryptoKeyVersions/1", ""),
            ("POST", Key + ":encrypt", """{"plaintext":"YQ=="}"""), ("POST", Key + ":decrypt", $$"""{"ciphertext":"{{ciphertext}}"}"""),
            ("POST", Key + "/cryptoKeyVersions", "{}"), ("GET", Key + ":getIamPolicy", ""),
            ("POST", Key + ":setIamPolicy", """{"policy":{}}"""), ("GET", "/v1/projects/default/locations/us-east-1/keyRings", ""),
            ("POST", Key + "/cryptoKeyVersions/1:destroy", "{}"),
            ("PATCH", Key + "?updateMask=labels", """{"labels":{"a":"b"}}"""), ("GET", "/keyward/v1/projects/default/serviceAccounts", ""),
            ("GET", $"/keyward/v1/serviceAccounts/{doors.Administrator.Email}", ""), ("GET", "/keyward/v1/audit/records", "")])
        {
            var reply = await doors.SendAsync(method, path, Encoding.UTF8.GetBytes(body), tenant.Token(_time.GetUtcNow()));
            Assert.True((reply.Status, reply.Reason) == (403, "PERMISSION_DENIED"), $"{method} {path}: {reply.Text}");
        }

        var keys = await doors.OkAsync("POST", $"/keyward/v1/serviceAccounts/{tenant.Email}/accessKeys", "{}");
        var access = (keys.GetProperty("accessKeyId").GetString()!, keys.GetProperty("secretAccessKey").GetString()!);
        var id = (await doors.CallAwsAsync("TrentService.ListKeys", "{}")).Json.GetProperty("Keys")[0];
        Assert.Equal(200, (await doors.CallAwsAsync("TrentService.CreateAlias",
            $$"""{"AliasName":"alias/orders","TargetKeyId":"{{id.GetProperty("KeyId").GetString()}}"}""")).Status);
        foreach (var name in (string[])[id.GetProperty("KeyArn").GetString()!, id.GetProperty("KeyId").GetString()!, "alias/orders",
            id.GetProperty("KeyArn").GetString()!.Split(":key/")[0] + ":alias/orders"])
            foreach (var (operation, fields) in ((string, string)[])[("DescribeKey", ""), ("GetKeyPolicy", ""),
                ("DisableKey", ""), ("EnableKey", ""), ("ScheduleKeyDeletion", ""),
                ("GenerateDataKey", ",\"KeySpec\":\"AES_256\""),
                ("Encrypt", ",\"Plaintext\":\"YQ==\""), ("Decrypt", $",\"CiphertextBlob\":\"{ciphertext}\"")])
            {
                var reply = await doors.CallAwsAsync(access, "TrentService." + operation, $$"""{"KeyId":"{{name}}"{{fields}}}""");
                Assert.True(reply.Status == 400 && reply.Json.GetProperty("__type").GetString() is "AccessDeniedException"
                    or "NotFoundException" or "InvalidArnException",
                    $"{operation} {name}: {reply.Text}");
            }

        var listed = await doors.CallAwsAsync(access, "TrentService.ListKeys", "{}");
        Assert.Empty(listed.Json.GetProperty("Keys").EnumerateArray());
        listed = await doors.CallAwsAsync(access, "TrentService.ListAliases", "{}");
        Assert.Empty(listed.Json.GetProperty("Aliases").EnumerateArray());
    }

    [Fact]
    public async Task F26_A_foreign_key_that_grants_everyone_is_not_used_for_who_did_not_name_it()
    {
        await using var doors = await OpenAsync();
        await doors.OkAsync("POST", "/keyward/v1/projects", """{"id":"other"}""");
        var tenant = await TestAccount.MakeAsync(doors, "tenant", "other");
        var keys = await doors.OkAsync("POST", $"/keyward/v1/serviceAccounts/{tenant.Email}/accessKeys", "{}");
        await doors.OkAsync("POST", Key + ":setIamPolicy",
            """{"policy":{"bindings":[{"role":"roles/cloudkms.cryptoKeyDecrypter","members":["allAuthenticatedUsers"]}]}}""");
        var reply = await doors.CallAwsAsync(
            (keys.GetProperty("accessKeyId").GetString()!, keys.GetProperty("secretAccessKey").GetString()!),
            "TrentService.Decrypt", $$"""{"CiphertextBlob":"{{await EncryptAsync(doors)}}"}""");
        Assert.Equal((400, "AccessDeniedException"), (reply.Status, reply.Json.GetProperty("__type").GetString()));
    }

    [Fact]
    public async Task F27_What_is_missing_and_what_is_forbidden_look_alike_but_for_the_name_that_was_asked_for()
    {
        await using var doors = await OpenAsync();
        var stranger = await TestAccount.MakeAsync(doors, "stranger");
        foreach (var (method, tail, body) in ((string, string, string)[])[("GET", "", ""), ("GET", "/cryptoKeyVersions", ""),
            ("POST", ":encrypt", """{"plaintext":"YQ=="}"""), ("GET", ":getIamPolicy", ""), ("GET", "/cryptoKeyVersions/1", "")])
        {
            var answers = new List<string>();
            foreach (var name in (string[])["k", "z"])
            {
                var reply = await doors.SendAsync(method, $"{Ring}/cryptoKeys/{name}{tail}", Encoding.UTF8.GetBytes(body),
                    stranger.Token(_time.GetUtcNow()));
                Assert.Equal(403, reply.Status);
                answers.Add(reply.Text.Replace($"cryptoKeys/{name}", "cryptoKeys/NAME", StringComparison.Ordinal)
                    .Replace(reply.RequestId!, "ID", StringComparison.Ordinal));
            }

            Assert.Equal(answers[0], answers[1]);
        }
    }

    [Fact]
    public async Task F28_A_page_token_is_its_callers_its_lists_and_its_days()
    {
        await using var doors = await OpenAsync();
        for (var i = 0; i < 3; i++)
            await doors.OkAsync("POST", $"{Ring}/cryptoKeys?cryptoKeyId=p{i}", """{"purpose":"ENCRYPT_DECRYPT"}""");
        var other = await TestAccount.MakeAsync(doors, "reader");
        await GrantAsync(doors, "/v1/projects/default", "roles/cloudkms.viewer", other);
        var list = $"{Ring}/cryptoKeys?pageSize=2";
        var token = (await doors.OkAsync("GET", list)).GetProperty("nextPageToken").GetString()!;
        Assert.Equal(2, (await doors.OkAsync("GET", $"{list}&pageToken={token}")).GetProperty("cryptoKeys").GetArrayLength());
        foreach (var (path, account) in ((string, TestAccount)[])[
            ($"{list}&pageToken={token}", other), ($"{list}&filter=name:p&pageToken={token}", doors.Administrator),
            ($"{list}&orderBy=name%20desc&pageToken={token}", doors.Administrator),
            ($"{Key}/cryptoKeyVersions?pageToken={token}", doors.Administrator),
            ($"{list}&pageToken={token[..^1]}{(token[^1] == 'A' ? 'B' : 'A')}", doors.Administrator)])
            Assert.Equal((path, 400), (path, (await doors.SendAsync("GET", path, [], account.Token(_time.GetUtcNow()))).Status));
        _time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));
        Assert.Equal((400, "INVALID_ARGUMENT"), await doors.StatusAsync("GET", $"{list}&pageToken={token}"));
    }

    [Fact]
    public async Task F35_A_policy_is_not_set_over_a_newer_one_nor_with_conditions_in_the_old_form()
    {
        await using var doors = await OpenAsync();
        var etag = (await doors.OkAsync("GET", Key + ":getIamPolicy")).GetProperty("etag").GetString();
        await doors.OkAsync("POST", Key + ":setIamPolicy",
            """{"policy":{"bindings":[{"role":"roles/cloudkms.viewer","members":["user:a@b.example"]}]}}""");
        Assert.Equal((409, "ABORTED"), await doors.StatusAsync("POST", Key + ":setIamPolicy",
            """{"policy":{"etag":"ETAG","bindings":[]}}""".Replace("ETAG", etag, StringComparison.Ordinal)));
        Assert.Equal((400, "INVALID_ARGUMENT"), await doors.StatusAsync("POST", Key + ":setIamPolicy", """
            {"policy":{"version":1,"bindings":[{"role":"roles/cloudkms.viewer","members":["user:a@b.example"],
              "condition":{"title":"t","expression":"true"}}]}}
            """));
        Assert.Single((await doors.OkAsync("GET", Key + ":getIamPolicy")).GetProperty("bindings").EnumerateArray());
    }

    [Fact]
    public async Task F36_Who_administers_keys_neither_uses_them_nor_becomes_somebody_who_may()
    {
        await using var doors = await OpenAsync();
        var keeper = await TestAccount.MakeAsync(doors, "keeper");
        var user = await TestAccount.MakeAsync(doors, "user");
        await GrantAsync(doors, "/v1/projects/default", "roles/cloudkms.admin", keeper);
        await GrantAsync(doors, Key, "roles/cloudkms.cryptoKeyEncrypterDecrypter", user);
        var ciphertext = await EncryptAsync(doors);
        async Task<int> AsKeeperAsync(string method, string path, string body = "{}") =>
            (await doors.SendAsync(method, path, Encoding.UTF8.GetBytes(body), keeper.Token(_time.GetUtcNow()))).Status;
        Assert.Equal(200, await AsKeeperAsync("POST", $"{Ring}/cryptoKeys?cryptoKeyId=mine", """{"purpose":"ENCRYPT_DECRYPT"}"""));
        Assert.Equal(200, await AsKeeperAsync("GET", Key, ""));
        foreach (var key in (string[])[Key, Ring + "/cryptoKeys/mine"])
        {
            Assert.Equal(403, await AsKeeperAsync("POST", key + ":encrypt", """{"plaintext":"YQ=="}"""));
            Assert.Equal(403, await AsKeeperAsync("POST", key + ":decrypt", $$"""{"ciphertext":"{{ciphertext}}"}"""));
        }

        foreach (var path in (string[])["keyFiles", "accessKeys"])
            Assert.Equal(403, await AsKeeperAsync("POST", $"/keyward/v1/serviceAccounts/{user.Email}/{path}"));
    }

    [Fact]
    public void F38_No_request_of_ours_names_a_file_a_host_or_a_module()
    {
        // An issuer's address is checked at every fetch (F59); pinned keys, claims and a certificate's
        // URI are values.
        string[] known = ["issuer_uri", "keys_uri", "uri"];
        var fields = AdminReflection.Descriptor.Services.Concat(IssuersReflection.Descriptor.Services)
            .Concat(AccessReflection.Descriptor.Services).Concat(DocumentsReflection.Descriptor.Services)
            .Concat(QuotasReflection.Descriptor.Services).Concat(GrantsReflection.Descriptor.Services)
            .SelectMany(s => s.Methods).SelectMany(m => Fields(m.InputType, 0)).Distinct().ToList();
        Assert.True(fields.Count > 40, $"only {fields.Count} fields were looked at");
        Assert.DoesNotContain(fields, field => !known.Contains(field) && field.Split('_').Any(word => word is "file" or "path"
            or "module" or "host" or "sink" or "webhook" or "url" or "uri" or "socket" or "library" or "command"));
    }

    private static IEnumerable<string> Fields(MessageDescriptor message, int depth) => depth > 5
        ? []
        : message.Fields.InDeclarationOrder().SelectMany(f => f.FieldType == FieldType.Message
            ? Fields(f.MessageType, depth + 1).Prepend(f.Name) : [f.Name]);

    private async Task<OpenDoors> OpenAsync()
    {
        var doors = await OpenDoors.OpenAsync(_time);
        await doors.OkAsync("POST", "/v1/projects/default/locations/us-east-1/keyRings?keyRingId=r", "{}");
        await doors.OkAsync("POST", $"{Ring}/cryptoKeys?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""");
        return doors;
    }

    private static async Task<string> EncryptAsync(OpenDoors doors) =>
        (await doors.OkAsync("POST", Key + ":encrypt", """{"plaintext":"YQ=="}""")).GetProperty("ciphertext").GetString()!;

    private static async Task GrantAsync(OpenDoors doors, string resource, string role, TestAccount account)
    {
        var policy = JsonSerializer.SerializeToNode(await doors.OkAsync(
            resource.Contains("/keyRings/", StringComparison.Ordinal) ? "GET" : "POST", resource + ":getIamPolicy"))!;
        var bindings = policy["bindings"]?.AsArray() ?? [];
        policy["bindings"] = new System.Text.Json.Nodes.JsonArray([.. bindings.Select(b => b!.DeepClone()),
            new System.Text.Json.Nodes.JsonObject
            {
                ["role"] = role,
                ["members"] = new System.Text.Json.Nodes.JsonArray("serviceAccount:" + account.Email),
            }]);
        await doors.OkAsync("POST", resource + ":setIamPolicy", $$"""{"policy":{{policy.ToJsonString()}}}""");
    }
}
