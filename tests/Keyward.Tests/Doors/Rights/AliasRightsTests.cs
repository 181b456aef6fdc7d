using System.Text.Json;
using static Keyward.Tests.Doors.Rights.Scene;

namespace Keyward.Tests.Doors.Rights;

/// <summary>An alias is a resource beside its key (AWS KMS, "Controlling access to aliases"): the key's policy speaks
/// of the key, the caller's own policy of both, and a binding on the key of the aliases that it has.</summary>
public sealed class AliasRightsTests
{
    private const string Arn = "arn:aws:kms:us-east-1:000000000001:";
    private const string Root = """
        {"Effect":"Allow","Principal":{"AWS":"000000000001"},"Action":"kms:*","Resource":"*"}
        """;

    [Fact]
    public async Task A_key_policy_alone_gives_no_right_on_the_alias()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var ann = await Person.MakeAsync(doors, "ann");
        var key = await KeyAsync(doors);
        await AllowByKeyAsync(doors, key);
        var refused = await ann.CallAwsAsync("CreateAlias", Create(key));
        Assert.Equal("User: arn:aws:iam::000000000001:user/ann is not authorized to perform: kms:CreateAlias on " +
            $"resource: {Arn}alias/a because no identity-based policy allows the kms:CreateAlias action",
            refused.Json.GetProperty("Message").GetString());
        await OwnAsync(doors, ann, Allow("kms:*Alias", Arn + "alias/a"));
        await OkAsync(ann, "CreateAlias", Create(key));
        await OkAsync(ann, "DeleteAlias", """{"AliasName":"alias/a"}""");
        Assert.Equal(400, (await ann.CallAwsAsync("CreateAlias", Create(key, "alias/b"))).Status);
    }

    [Fact]
    public async Task An_own_policy_for_the_key_alone_gives_none_either()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var ann = await Person.MakeAsync(doors, "ann");
        var (key, other) = (await KeyAsync(doors), await KeyAsync(doors));
        await OwnAsync(doors, ann, Allow("kms:*", Arn + "key/*"));
        Assert.Equal("AccessDeniedException", TypeOf(await ann.CallAwsAsync("CreateAlias", Create(key))));
        await CallAsync(doors, "CreateAlias", Create(key));
        Assert.Equal("AccessDeniedException", TypeOf(await ann.CallAwsAsync("UpdateAlias", Create(other))));
        Assert.Equal("AccessDeniedException", TypeOf(
            await ann.CallAwsAsync("DeleteAlias", """{"AliasName":"alias/a"}""")));
        await OwnAsync(doors, ann, Allow("kms:*", Arn + "key/*", Arn + "alias/*"));
        await OkAsync(ann, "UpdateAlias", Create(other));
        await OkAsync(ann, "DeleteAlias", """{"AliasName":"alias/a"}""");
    }

    [Fact]
    public async Task A_deny_on_the_alias_holds_against_who_may_do_everything()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var ann = await Person.MakeAsync(doors, "ann");
        await AddAsync(doors, Project, "roles/owner", ann.Member);
        var key = await KeyAsync(doors);
        await OwnAsync(doors, ann, Allow("kms:*", "*"), Deny("kms:*Alias", Arn + "alias/prod/*"));
        var refused = await ann.CallAwsAsync("CreateAlias", Create(key, "alias/prod/orders"));
        Assert.EndsWith($"on resource: {Arn}alias/prod/orders with an explicit deny in an identity-based policy",
            refused.Json.GetProperty("Message").GetString());
        await OkAsync(ann, "CreateAlias", Create(key, "alias/test/orders"));
    }

    [Fact]
    public async Task A_binding_on_the_key_or_its_ring_counts_for_its_aliases_at_every_door()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var ann = await Person.MakeAsync(doors, "ann");
        var request = $$"""{"alias":"a","key":"{{Key}}"}""";
        Assert.Equal(403, await ann.StatusAsync("POST", $"/keyward/v1/{Location}/aliases", request));
        await BindAsync(doors, Key, Admin, ann.Member);
        await ann.OkAsync("POST", $"/keyward/v1/{Location}/aliases", request);
        await OkAsync(ann, "DeleteAlias", """{"AliasName":"alias/a"}""");
        await OwnAsync(doors, ann, Deny("kms:CreateAlias", Arn + "alias/a"));
        Assert.Equal(403, await ann.StatusAsync("POST", $"/keyward/v1/{Location}/aliases", request));
    }

    private static Task<JsonElement> AllowByKeyAsync(OpenDoors doors, string key)
    {
        var policy = JsonSerializer.Serialize($$"""
            {"Statement":[{{Root}},{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000001:user/ann"},
             "Action":"kms:*","Resource":"*"}]}
            """.ReplaceLineEndings("\n"));
        return CallAsync(doors, "PutKeyPolicy", $$"""{"KeyId":"{{key}}","Policy":{{policy}}}""");
    }

    private static async Task OwnAsync(OpenDoors doors, Person person, params string[] statements)
    {
        var document = JsonSerializer.Serialize(
            $$"""{"Version":"2012-10-17","Statement":[{{string.Join(',', statements)}}]}""");
        var put = await doors.SendAsync("PUT", $"/keyward/v1/serviceAccounts/{person.Email}/policies/own",
            $$"""{"document":{{document}}}""");
        Assert.True(put.Status == 200, put.Text);
    }

    private static string Allow(string action, params string[] resources) => Statement("Allow", action, resources);

    private static string Deny(string action, params string[] resources) => Statement("Deny", action, resources);

    private static string Statement(string effect, string action, string[] resources) =>
        $$"""{"Effect":"{{effect}}","Action":"{{action}}","Resource":{{JsonSerializer.Serialize(resources)}}}""";

    private static string Create(string key, string alias = "alias/a") =>
        $$"""{"AliasName":"{{alias}}","TargetKeyId":"{{key}}"}""";

    private static async Task<string> KeyAsync(OpenDoors doors) =>
        (await CallAsync(doors, "CreateKey", "{}")).GetProperty("KeyMetadata").GetProperty("KeyId").GetString()!;

    private static Task<JsonElement> CallAsync(OpenDoors doors, string operation, string body) =>
        CheckedAsync(operation, doors.CallAwsAsync("TrentService." + operation, body));

    private static Task<JsonElement> OkAsync(Person person, string operation, string body) =>
        CheckedAsync(operation, person.CallAwsAsync(operation, body));

    private static async Task<JsonElement> CheckedAsync(string operation, Task<RestReply> call)
    {
        var reply = await call;
        Assert.True(reply.Status == 200, $"{operation}: {reply.Text}");
        return reply.Text.Length == 0 ? default : reply.Json;
    }

    private static string? TypeOf(RestReply reply) => reply.Json.GetProperty("__type").GetString();
}
