using System.Text.Json;
using static Keyward.Tests.Doors.Rights.Scene;

namespace Keyward.Tests.Doors.Rights;

/// <summary>History, going back, and questions of rights.</summary>
public sealed class RevisionTests
{
    private const string Encrypt = "cloudkms.cryptoKeyVersions.useToEncrypt";

    [Fact]
    public async Task Each_change_is_a_numbered_revision_and_an_earlier_one_comes_back_as_a_new_one()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var person = await Person.MakeAsync(doors, "clerk");
        await BindAsync(doors, Key, Encrypter, person.Member);
        await BindAsync(doors, Key, "roles/cloudkms.viewer", person.Member);
        Assert.Equal(403, await person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
        var back = await doors.OkAsync("POST", "/keyward/v1/revisions:rollBack",
            $$"""{"subject":"{{Key}}","number":1}""");
        Assert.Equal("3", back.GetProperty("number").GetString());
        Assert.Equal(200, await person.StatusAsync("POST", $"/v1/{Key}:encrypt", Plaintext));
        var history = (await doors.OkAsync("GET", $"/keyward/v1/revisions?subject={Key}"))
            .GetProperty("revisions").EnumerateArray().ToList();
        Assert.Equal(["3", "2", "1"], history.Select(r => r.GetProperty("number").GetString()));
        Assert.Equal(history[0].GetProperty("lines").GetRawText(), history[2].GetProperty("lines").GetRawText());
        Assert.Equal($"binding {Encrypter} {person.Member}", history[0].GetProperty("lines")[0].GetString());
        Assert.Equal((404, "NOT_FOUND"), await doors.StatusAsync("POST", "/keyward/v1/revisions:rollBack",
            $$"""{"subject":"{{Key}}","number":9}"""));
    }

    [Fact]
    public async Task Going_back_confers_no_more_than_setting_does()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var keeper = await Person.MakeAsync(doors, "keeper");
        await AddAsync(doors, Project, Admin, keeper.Member);
        await BindAsync(doors, Key, Both, keeper.Member);
        await doors.OkAsync("POST", $"/v1/{Key}:setIamPolicy", Policy(1));
        Assert.Equal(403, await keeper.StatusAsync("POST", "/keyward/v1/revisions:rollBack",
            $$"""{"subject":"{{Key}}","number":1}"""));
    }

    [Fact]
    public async Task Nobody_locks_everybody_out()
    {
        await using var doors = await OpenDoors.OpenAsync();
        Assert.Equal((400, "INVALID_ARGUMENT"), await doors.StatusAsync("PUT", "/keyward/v1/policy",
            """{"resource":"deployment"}"""));
        Assert.Equal((400, "INVALID_ARGUMENT"), await doors.StatusAsync("PUT", "/keyward/v1/policy/denyRules", """
            {"resource":"projects/default",
             "denyRules":[{"name":"all","principals":["allUsers"],"permissions":["*"]}]}
            """));
        Assert.Equal(200, (await doors.StatusAsync("GET", $"/v1/{Project}:getIamPolicy")).Status);
    }

    [Fact]
    public async Task Questions_are_answered_as_the_doors_decide()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var person = await Person.MakeAsync(doors, "clerk");
        await BindAsync(doors, Ring, Encrypter, person.Member, $"resource.name == \"{Key}\"");
        var question = $$"""
            {"principal":"{{person.Member}}","permission":"{{Encrypt}}","resource":"{{Key}}"}
            """;
        var answer = await doors.OkAsync("POST", "/keyward/v1/policy:explainAccess", question);
        Assert.True(answer.GetProperty("allowed").GetBoolean());
        Assert.Equal($"key_ring: {Encrypter}", answer.GetProperty("decisive").GetString());
        var entitled = (await doors.OkAsync("POST", "/keyward/v1/policy:whoCan",
            $$"""{"permission":"{{Encrypt}}","resource":"{{Key}}"}""")).GetProperty("entitled").EnumerateArray()
            .Single(e => e.GetProperty("member").GetString() == person.Member);
        Assert.False(entitled.TryGetProperty("always", out _));
        await DenyAsync(doors, Project, person.Member, Encrypt);
        answer = await doors.OkAsync("POST", "/keyward/v1/policy:explainAccess", question);
        Assert.False(answer.TryGetProperty("allowed", out _));
        Assert.Equal("project: deny no", answer.GetProperty("decisive").GetString());
        // About others only those may ask who may read the policy; about oneself anybody, without the rules.
        Assert.Equal(403, await person.StatusAsync("POST", "/keyward/v1/policy:explainAccess",
            question.Replace(person.Member, "user:a@b.example", StringComparison.Ordinal)));
        answer = await person.OkAsync("POST", "/keyward/v1/policy:explainAccess", question);
        Assert.False(answer.TryGetProperty("findings", out JsonElement _));
    }

    [Fact]
    public async Task A_recorded_call_is_explained_by_the_policies_of_its_time()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var person = await Person.MakeAsync(doors, "clerk");
        var refused = await person.SendAsync("POST", $"/v1/{Key}:encrypt", Plaintext);
        Assert.Equal(403, refused.Status);
        var id = refused.Error.GetProperty("details")[0].GetProperty("metadata").GetProperty("requestId").GetString();
        await BindAsync(doors, Key, Encrypter, person.Member);
        var explained = await doors.OkAsync(
            "POST", "/keyward/v1/policy:explainCall", $$"""{"id":"{{id}}"}""");
        Assert.Equal("denied", explained.GetProperty("outcome").GetString());
        Assert.False(explained.GetProperty("then").TryGetProperty("allowed", out _));
        Assert.True(explained.GetProperty("now").GetProperty("allowed").GetBoolean());
    }
}
