using System.Text.Json;
using static Keyward.Tests.Doors.Rights.Scene;

namespace Keyward.Tests.Doors.Rights;

/// <summary>Policies of version 3 as Google's clients meet them (IAM: "Understanding allow policies", policy
/// versions).</summary>
public sealed class ConditionalPolicyTests
{
    private const string Until = "request.time < timestamp(\"2099-01-01T00:00:00Z\")";

    [Fact]
    public async Task A_condition_is_shown_to_who_asks_for_version_3_and_marked_for_others()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var set = await BindAsync(doors, Key, Encrypter, "user:a@b.example", Until);
        Assert.Equal(3, set.GetProperty("version").GetInt32());

        var three = await doors.OkAsync("GET", $"/v1/{Key}:getIamPolicy?options.requestedPolicyVersion=3");
        Assert.Equal(3, three.GetProperty("version").GetInt32());
        var condition = three.GetProperty("bindings")[0].GetProperty("condition");
        Assert.Equal(("t", Until), (condition.GetProperty("title").GetString(),
            condition.GetProperty("expression").GetString()));
        foreach (var version in (string[])["", "?options.requestedPolicyVersion=1"])
        {
            var one = await doors.OkAsync("GET", $"/v1/{Key}:getIamPolicy{version}");
            Assert.Equal(1, one.GetProperty("version").GetInt32());
            var binding = one.GetProperty("bindings")[0];
            Assert.StartsWith(Encrypter + "_withcond_", binding.GetProperty("role").GetString());
            Assert.False(binding.TryGetProperty("condition", out _));
        }

        Assert.Equal((400, "INVALID_ARGUMENT"),
            await doors.StatusAsync("GET", $"/v1/{Key}:getIamPolicy?options.requestedPolicyVersion=2"));
    }

    [Fact]
    public async Task What_is_shown_without_its_condition_cannot_be_set_by_accident()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        await BindAsync(doors, Key, Encrypter, "user:a@b.example", Until);
        var one = await doors.OkAsync("GET", $"/v1/{Key}:getIamPolicy");
        Assert.Equal((400, "INVALID_ARGUMENT"),
            await doors.StatusAsync("POST", $"/v1/{Key}:setIamPolicy", $$"""{"policy":{{one.GetRawText()}}}"""));
        var three = await doors.OkAsync("GET", $"/v1/{Key}:getIamPolicy?options.requestedPolicyVersion=3");
        // Nor is a conditional policy lost to who read it and knows nothing of conditions.
        Assert.Equal((400, "INVALID_ARGUMENT"), await doors.StatusAsync("POST", $"/v1/{Key}:setIamPolicy",
            WithEtag(three)));
        Assert.Equal((400, "INVALID_ARGUMENT"), await doors.StatusAsync(
            "POST", $"/v1/{Key}:setIamPolicy", Policy(1, Binding(Encrypter, "user:a@b.example", Until))));
        Assert.True(three.GetProperty("bindings")[0].TryGetProperty("condition", out _));
        // Who sends no etag overwrites whatever is there.
        await doors.OkAsync("POST", $"/v1/{Key}:setIamPolicy", Policy(1));
        Assert.False((await doors.OkAsync("GET", $"/v1/{Key}:getIamPolicy")).TryGetProperty("bindings", out _));
    }

    [Theory]
    [InlineData("""{"title":"t","expression":""}""")]
    [InlineData("""{"title":"","expression":"true"}""")]
    [InlineData("""{"title":"t","expression":"request.time <"}""")]
    [InlineData("""{"title":"t","expression":"resource.colour == 'red'"}""")]
    [InlineData("""{"title":"t","expression":"request.time"}""")]
    public async Task A_condition_needs_a_title_and_an_expression_that_compiles(string condition)
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var binding = $$"""{"role":"{{Encrypter}}","members":["user:a@b.example"],"condition":{{condition}}}""";
        Assert.Equal((400, "INVALID_ARGUMENT"),
            await doors.StatusAsync("POST", $"/v1/{Key}:setIamPolicy", Policy(3, binding)));
    }

    [Theory]
    [InlineData("roles/cloudkms.none", "user:a@b.example")]
    [InlineData("projects/default/roles/none", "user:a@b.example")]
    [InlineData(Encrypter, "a@b.example")]
    [InlineData(Encrypter, "robot:a")]
    public async Task An_unknown_role_or_member_is_refused(string role, string member)
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        Assert.Equal((400, "INVALID_ARGUMENT"),
            await doors.StatusAsync("POST", $"/v1/{Key}:setIamPolicy", Policy(1, Binding(role, member))));
    }

    [Fact]
    public async Task A_stale_etag_is_refused_and_none_overwrites()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var empty = await doors.OkAsync("GET", $"/v1/{Key}:getIamPolicy");
        Assert.Equal("ACAB", empty.GetProperty("etag").GetString());
        var first = await BindAsync(doors, Key, Encrypter, "user:a@b.example");
        Assert.Equal((409, "ABORTED"), await doors.StatusAsync("POST", $"/v1/{Key}:setIamPolicy",
            WithEtag(empty)));
        Assert.Equal(200, (await doors.StatusAsync("POST", $"/v1/{Key}:setIamPolicy",
            WithEtag(first))).Status);
        Assert.Equal(200, (await doors.StatusAsync(
            "POST", $"/v1/{Key}:setIamPolicy", Policy(1, Binding(Both, "user:c@d.example")))).Status);
    }

    [Fact]
    public async Task Conditions_decide_by_name_type_and_time()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        await doors.OkAsync("POST", $"/v1/{Ring}/cryptoKeys?cryptoKeyId=other", """{"purpose":"ENCRYPT_DECRYPT"}""");
        var person = await Person.MakeAsync(doors, "clerk");
        await BindAsync(doors, Ring, Encrypter, person.Member,
            $"resource.name.startsWith(\"{Key}\") && resource.type == \"cloudkms.googleapis.com/CryptoKey\"");
        Assert.Equal(200, await person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
        Assert.Equal(403, await person.StatusAsync("POST", $"/v1/{Ring}/cryptoKeys/other:encrypt", Plaintext));
        await BindAsync(doors, Ring, Encrypter, person.Member, "request.time < timestamp(\"2020-01-01T00:00:00Z\")");
        Assert.Equal(403, await person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
    }

    [Fact]
    public async Task Audit_configurations_are_kept_unless_they_are_named()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        const string config = """
            "auditConfigs":[{"service":"cloudkms.googleapis.com","auditLogConfigs":[{"logType":"DATA_READ"}]}]
            """;
        var set = await doors.OkAsync("POST", $"/v1/{Key}:setIamPolicy",
            $$"""{"policy":{{{config}}},"updateMask":"auditConfigs,etag"}""");
        Assert.Equal(1, set.GetProperty("auditConfigs").GetArrayLength());
        set = await BindAsync(doors, Key, Encrypter, "user:a@b.example");
        Assert.Equal(1, set.GetProperty("auditConfigs").GetArrayLength());
        Assert.Equal(1, set.GetProperty("bindings").GetArrayLength());
    }

    [Fact]
    public async Task Permissions_that_are_tested_are_those_that_are_held()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var person = await Person.MakeAsync(doors, "clerk");
        await BindAsync(doors, Key, Encrypter, person.Member);
        const string asked = """
            {"permissions":["cloudkms.cryptoKeyVersions.useToEncrypt","cloudkms.cryptoKeyVersions.useToDecrypt"]}
            """;
        var held = await person.OkAsync("POST", $"/v1/{Key}:testIamPermissions", asked);
        Assert.Equal(["cloudkms.cryptoKeyVersions.useToEncrypt"],
            held.GetProperty("permissions").EnumerateArray().Select(p => p.GetString()));
        held = await person.OkAsync("POST", $"/v1/{Ring}:testIamPermissions", asked);
        Assert.False(held.TryGetProperty("permissions", out JsonElement _));
        Assert.Equal(400, await person.StatusAsync(
            "POST", $"/v1/{Key}:testIamPermissions", """{"permissions":["cloudkms.*"]}"""));
    }

    private static string WithEtag(JsonElement policy) =>
        $$"""{"policy":{"etag":"{{policy.GetProperty("etag").GetString()}}"} }""";
}
