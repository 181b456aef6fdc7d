using System.Text.Json;
using static Keyward.Tests.Doors.Rights.Scene;

namespace Keyward.Tests.Doors.Rights;

/// <summary>Rights decided the same way at both vendors' doors: denies, key policies, failing conditions, and the ways
/// up that are shut.</summary>
public sealed class DecisionTests
{
    private const string Encrypt = "cloudkms.cryptoKeyVersions.useToEncrypt";

    [Theory]
    [InlineData(Key, Project)]
    [InlineData(Ring, Key)]
    [InlineData(Project, Key)]
    public async Task A_deny_wins_over_every_allow_at_both_doors(string denied, string allowed)
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var person = await Person.MakeAsync(doors, "clerk");
        await AddAsync(doors, allowed, Both, person.Member);
        var id = await KeyIdAsync(doors);
        var encrypt = $$"""{"KeyId":"{{id}}","Plaintext":"aGVsbG8="}""";
        Assert.Equal(200, await person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
        Assert.Equal(200, (await person.CallAwsAsync("Encrypt", encrypt)).Status);
        await DenyAsync(doors, denied, person.Member, Encrypt);
        Assert.Equal(403, await person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
        var refused = await person.CallAwsAsync("Encrypt", encrypt);
        Assert.Equal((400, true), (refused.Status, refused.Text.Contains("AccessDenied", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_grant_does_not_open_what_a_deny_shuts()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var person = await Person.MakeAsync(doors, "clerk");
        await doors.OkAsync("POST", $"/keyward/v1/{Key}/grants",
            $$"""{"grantee":"{{person.Member}}","operations":["Encrypt"]}""");
        Assert.Equal(200, await person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
        await DenyAsync(doors, Project, person.Member, "cloudkms.*");
        Assert.Equal(403, await person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
    }

    [Fact]
    public async Task A_condition_that_fails_allows_nothing_and_denies()
    {
        const string fails = "request.context[\"tenant\"] == \"a\"";
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var person = await Person.MakeAsync(doors, "clerk");
        await BindAsync(doors, Key, Encrypter, person.Member, fails);
        Assert.Equal(403, await person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
        await BindAsync(doors, Key, Encrypter, person.Member);
        Assert.Equal(200, await person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
        await DenyAsync(doors, Key, person.Member, Encrypt, fails);
        Assert.Equal(403, await person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
    }

    [Fact]
    public async Task A_key_policy_that_delegates_to_nobody_shuts_out_the_project_at_both_doors()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var person = await Person.MakeAsync(doors, "owner");
        await AddAsync(doors, Project, "roles/owner", person.Member);
        var id = await KeyIdAsync(doors);
        var encrypt = $$"""{"KeyId":"{{id}}","Plaintext":"aGVsbG8="}""";
        Assert.Equal(200, await person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
        var described = (await doors.CallAwsAsync("TrentService.DescribeKey", $$"""{"KeyId":"{{id}}"}""")).Text;
        var admin = JsonDocument.Parse(described).RootElement.GetProperty("KeyMetadata").GetProperty("AWSAccountId")
            .GetString();
        var adminEmail = (await doors.OkAsync("GET", "/keyward/v1/caller")).GetProperty("email").GetString()!;
        var policy = JsonSerializer.Serialize($$"""
            {"Version":"2012-10-17","Statement":[{"Sid":"only","Effect":"Allow",
             "Principal":{"AWS":"arn:aws:iam::{{admin}}:user/{{adminEmail[..adminEmail.IndexOf('@')]}}"},
             "Action":"kms:*","Resource":"*"}]}
            """);
        await doors.OkAsync("PUT", $"/keyward/v1/{Key}/keyPolicy", $$"""{"document":{{policy}}}""");
        Assert.Equal(403, await person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
        Assert.Equal(400, (await person.CallAwsAsync("Encrypt", encrypt)).Status);
        Assert.Equal(200, (await doors.CallAwsAsync("TrentService.Encrypt", encrypt)).Status);
    }

    [Fact]
    public async Task A_key_administrator_comes_by_no_use_of_the_key()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var admin = await Person.MakeAsync(doors, "keeper");
        var user = await Person.MakeAsync(doors, "user");
        await AddAsync(doors, Project, Admin, admin.Member);
        await AddAsync(doors, Project, "roles/iam.serviceAccountKeyAdmin", admin.Member);
        await AddAsync(doors, Project, "roles/keyward.groupAdmin", admin.Member);
        await AddAsync(doors, Key, Both, user.Member);
        Assert.Equal(403, await admin.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
        // He administers the policy, and may give what he holds, but not what he does not hold.
        Assert.Equal(403, await admin.StatusAsync(
            "POST", $"/v1/{Key}:setIamPolicy", Policy(1, Binding(Both, admin.Member))));
        Assert.Equal(200, await admin.StatusAsync("POST", $"/v1/{Key}:setIamPolicy", Policy(1,
            Binding(Both, user.Member), Binding("roles/cloudkms.viewer", "user:a@b.example"))));
        // A credential of who may use the key, or membership with who may, would be the same by another way.
        Assert.Equal(403, await admin.StatusAsync("POST", $"/keyward/v1/serviceAccounts/{user.Email}/keyFiles"));
        var group = await doors.OkAsync(
            "POST", "/keyward/v1/groups", """{"parent":"projects/default","name":"users"}""");
        await AddAsync(doors, Key, Encrypter, group.GetProperty("member").GetString()!);
        Assert.Equal(403, await admin.StatusAsync("POST",
            $"/keyward/v1/groups/{group.GetProperty("email").GetString()}:update",
            $$"""{"addMembers":["{{admin.Member}}"]}"""));
    }

    [Fact]
    public async Task A_groups_members_hold_what_the_group_holds_until_they_leave_it()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var person = await Person.MakeAsync(doors, "clerk");
        var group = await doors.OkAsync("POST", "/keyward/v1/groups", $$"""
            {"parent":"projects/default","name":"clerks","members":["{{person.Member}}"]}
            """);
        await AddAsync(doors, Key, Encrypter, group.GetProperty("member").GetString()!);
        Assert.Equal(200, await person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
        await doors.OkAsync("POST", $"/keyward/v1/groups/{group.GetProperty("email").GetString()}:update",
            $$"""{"removeMembers":["{{person.Member}}"]}""");
        Assert.Equal(403, await person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
    }

    [Fact]
    public async Task A_custom_role_confers_what_it_names_and_no_wildcards()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var person = await Person.MakeAsync(doors, "clerk");
        await doors.OkAsync("POST", "/keyward/v1/roles", $$"""
            {"parent":"projects/default","id":"stamper","title":"Stamper","permissions":["{{Encrypt}}"]}
            """);
        await AddAsync(doors, Key, "projects/default/roles/stamper", person.Member);
        Assert.Equal(200, await person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
        await doors.OkAsync("POST", "/keyward/v1/roles:update", $$"""
            {"name":"projects/default/roles/stamper","removePermissions":["{{Encrypt}}"],
             "addPermissions":["cloudkms.cryptoKeys.get"]}
            """);
        Assert.Equal(403, await person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
        Assert.Equal((400, "INVALID_ARGUMENT"), await doors.StatusAsync("POST", "/keyward/v1/roles",
            """{"parent":"projects/default","id":"all","title":"All","permissions":["cloudkms.*"]}"""));
    }

    private static async Task<string> KeyIdAsync(OpenDoors doors)
    {
        var keys = JsonDocument.Parse((await doors.CallAwsAsync("TrentService.ListKeys", "{}")).Text).RootElement;
        return keys.GetProperty("Keys")[0].GetProperty("KeyId").GetString()!;
    }
}
