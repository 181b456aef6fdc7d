using Google.Cloud.Iam.V1;
using Google.Cloud.Kms.V1;
using Google.Protobuf.Reflection;
using Keyward.Doors.Google;

namespace Keyward.Tests.Doors.Rights;

/// <summary>The owners of two projects, each with the other's keys, by every method of Google's service: what the
/// owner's own call does, the same call of the other may not.</summary>
public sealed class CrossTenantTests
{
    /// <summary>What anybody who is identified may ask: about himself, or what answers nothing to strangers.</summary>
    private static readonly string[] OpenToAll =
    [
        "TestIamPermissions", "WhoAmI", "IssueToken", "GetStatus", "ListLocations", "GetLocation",
    ];

    [Fact]
    public async Task Every_method_serves_the_owner_and_refuses_the_other_projects_owner()
    {
        await using var doors = await OpenDoors.OpenAsync();
        Estate[] estates = [await Estate.FoundAsync(doors, "one-one"), await Estate.FoundAsync(doors, "two-two")];
        var methods = ((ServiceDescriptor[])[KeyManagementService.Descriptor, IAMPolicy.Descriptor])
            .SelectMany(s => s.Methods).Select(m => m.Name).Except(Unoffered.TrustedWrappingMethods)
            .Except(["TestIamPermissions"]).Append("GetOperation");
        Assert.Equal(methods.Order(), estates[0].Calls().Select(c => c.Method).Order());

        foreach (var (owner, other) in ((Estate, Estate)[])[(estates[0], estates[1]), (estates[1], estates[0])])
            foreach (var (method, verb, path, body) in owner.Calls())
            {
                var refused = await other.Owner.SendAsync(verb, path, body);
                Assert.True(refused.Status == 403, $"{method} by a stranger: {refused.Text}");
                Assert.Equal("PERMISSION_DENIED", refused.Error.GetProperty("status").GetString());
            }

        // Had one of those calls done something, these would fail: they create, move and end what they name.
        foreach (var estate in estates)
            foreach (var (method, verb, path, body) in estate.Calls())
            {
                var served = await estate.Owner.SendAsync(verb, path, body);
                Assert.True(served.Status == 200, $"{method} by the owner: {served.Text}");
            }
    }

    [Fact]
    public async Task Asked_for_rights_on_anothers_key_the_answer_is_none()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await Scene.MakeKeyAsync(doors);
        await doors.OkAsync("POST", "/keyward/v1/projects", """{"id":"other"}""");
        var stranger = await Person.MakeAsync(doors, "stranger", "other");
        var held = await stranger.OkAsync("POST", $"/v1/{Scene.Key}:testIamPermissions",
            """{"permissions":["cloudkms.cryptoKeys.get","cloudkms.cryptoKeyVersions.useToDecrypt"]}""");
        Assert.False(held.TryGetProperty("permissions", out _));
    }

    [Fact]
    public async Task Every_address_with_another_tenants_names_is_refused()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await Scene.MakeKeyAsync(doors);
        await doors.OkAsync("POST", "/keyward/v1/projects", """{"id":"other"}""");
        var stranger = await Person.MakeAsync(doors, "stranger", "other");
        await Scene.AddAsync(doors, "projects/other", "roles/owner", stranger.Member);
        Assert.Equal(200, await stranger.StatusAsync("GET", "/v1/projects/other/locations/us-east-1/keyRings"));
        var walked = 0;
        foreach (var method in doors.Services.SelectMany(s => s.Descriptor.Methods))
            foreach (var (verb, pattern) in Bindings.Of(method))
            {
                var path = Fill(pattern);
                if (OpenToAll.Contains(method.Name) || !path.Contains("projects/default", StringComparison.Ordinal))
                    continue;
                var reply = await stranger.SendAsync(verb, path, BodyOf(method.Name));
                Assert.True(reply.Status is 400 or 403 or 404 or 501, $"{method.FullName} {path}: {reply.Text}");
                walked++;
            }

        Assert.True(walked > 30, $"Only {walked} addresses were walked.");
    }

    private static string BodyOf(string method) => method switch
    {
        "Encrypt" or "RawEncrypt" => Scene.Plaintext,
        "Decrypt" => """{"ciphertext":"aGVsbG8="}""",
        "SetIamPolicy" => """{"policy":{}}""",
        _ => "",
    };

    private static string Fill(string path)
    {
        foreach (var (collection, id) in ((string, string)[])[
            ("projects", "default"), ("locations", "us-east-1"), ("keyRings", "shop"), ("cryptoKeys", "orders"),
            ("cryptoKeyVersions", "1")])
            path = path.Replace($"{collection}/*", $"{collection}/{id}", StringComparison.Ordinal);
        return path.Replace("**", "x", StringComparison.Ordinal).Replace("*", "x", StringComparison.Ordinal);
    }
}
