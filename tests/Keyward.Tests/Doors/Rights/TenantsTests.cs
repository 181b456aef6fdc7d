using System.Text.Json;
using System.Text.RegularExpressions;
using Google.Api;
using Google.Protobuf.Reflection;
using static Keyward.Tests.Doors.Rights.Scene;

namespace Keyward.Tests.Doors.Rights;

/// <summary>The owner of one project against another's keys: every method, every form of a name.</summary>
public sealed partial class TenantsTests
{
    /// <summary>What anybody who is identified may ask: about himself, or what answers nothing to strangers.</summary>
    private static readonly string[] OpenToAll =
    [
        "TestIamPermissions", "WhoAmI", "IssueToken", "GetStatus", "ListLocations", "GetLocation",
    ];

    [Fact]
    public async Task Every_method_with_another_tenants_names_is_refused()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var stranger = await MakeStrangerAsync(doors);
        var walked = 0;
        foreach (var method in doors.Services.SelectMany(s => s.Descriptor.Methods))
        {
            if (OpenToAll.Contains(method.Name)) continue;
            foreach (var (verb, path) in BindingsOf(method))
            {
                if (!path.Contains("projects/default", StringComparison.Ordinal)) continue;
                var reply = await stranger.SendAsync(verb, path, BodyOf(method.Name));
                Assert.True(reply.Status is 400 or 403 or 404 or 501, $"{method.FullName} {path}: {reply.Text}");
                walked++;
            }
        }

        Assert.True(walked > 30, $"Only {walked} methods were walked.");
    }

    [Theory]
    [InlineData("GET", Key, "")]
    [InlineData("GET", Ring + "/cryptoKeys", "")]
    [InlineData("GET", Location + "/keyRings", "")]
    [InlineData("GET", Key + "/cryptoKeyVersions/1", "")]
    [InlineData("POST", Key + ":encrypt", Plaintext)]
    [InlineData("POST", Key + ":decrypt", """{"ciphertext":"aGVsbG8="}""")]
    [InlineData("POST", Key + "/cryptoKeyVersions", "{}")]
    [InlineData("POST", Key + "/cryptoKeyVersions/1:destroy", "{}")]
    [InlineData("PATCH", Key + "?updateMask=labels", """{"labels":{"a":"b"}}""")]
    [InlineData("GET", Key + ":getIamPolicy", "")]
    [InlineData("POST", Key + ":setIamPolicy", """{"policy":{}}""")]
    public async Task A_strangers_well_formed_call_is_forbidden(string verb, string path, string body)
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var stranger = await MakeStrangerAsync(doors);
        Assert.Equal(403, await stranger.StatusAsync(verb, "/v1/" + path, body));
    }

    [Fact]
    public async Task Missing_and_forbidden_look_the_same_to_a_stranger()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var stranger = await MakeStrangerAsync(doors);
        var forbidden = await stranger.SendAsync("GET", $"/v1/{Key}");
        var missing = await stranger.SendAsync("GET", $"/v1/{Ring}/cryptoKeys/absent");
        Assert.Equal(forbidden.Status, missing.Status);
        Assert.Equal(Without(forbidden, "orders"), Without(missing, "absent"));
    }

    [Fact]
    public async Task No_form_of_a_name_reaches_another_accounts_key()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await MakeKeyAsync(doors);
        var stranger = await MakeStrangerAsync(doors);
        var key = JsonDocument.Parse((await doors.CallAwsAsync("TrentService.ListKeys", "{}")).Text).RootElement
            .GetProperty("Keys")[0];
        var arn = key.GetProperty("KeyArn").GetString()!;
        var id = key.GetProperty("KeyId").GetString()!;
        var alias = $$"""{"AliasName":"alias/orders","TargetKeyId":"{{id}}"}""";
        Assert.Equal(200, (await doors.CallAwsAsync("TrentService.CreateAlias", alias)).Status);
        var aliasArn = arn[..arn.IndexOf("key/", StringComparison.Ordinal)] + "alias/orders";
        string[] forms = [arn, id, "alias/orders", aliasArn];
        Assert.Equal(200, (await doors.CallAwsAsync(
            "TrentService.DescribeKey", $$"""{"KeyId":"{{aliasArn}}"}""")).Status);
        foreach (var form in forms)
            foreach (var (target, more) in ((string, string)[])[
                ("DescribeKey", ""), ("Encrypt", ""","Plaintext":"aGVsbG8=" """), ("DisableKey", ""),
                ("EnableKey", ""), ("ScheduleKeyDeletion", ""), ("GenerateDataKey", ""","KeySpec":"AES_256" """)])
            {
                var reply = await stranger.CallAwsAsync(target, $$"""{"KeyId":"{{form}}"{{more}}}""");
                Assert.True(reply.Status == 400 && (reply.Text.Contains("AccessDenied", StringComparison.Ordinal)
                    || reply.Text.Contains("NotFound", StringComparison.Ordinal)
                    // Some operations take no alias at all.
                    || reply.Text.Contains("InvalidArn", StringComparison.Ordinal)),
                    $"{target} {form}: {reply.Text}");
            }

        Assert.Equal("""{"Keys":[],"Truncated":false}""",
            (await stranger.CallAwsAsync("ListKeys", "{}")).Text);
    }

    private static async Task<Person> MakeStrangerAsync(OpenDoors doors)
    {
        await doors.OkAsync("POST", "/keyward/v1/projects", """{"id":"other"}""");
        var stranger = await Person.MakeAsync(doors, "stranger", "other");
        await AddAsync(doors, "projects/other", "roles/owner", stranger.Member);
        Assert.Equal(200, await stranger.StatusAsync("GET", "/v1/projects/other/locations/us-east-1/keyRings"));
        return stranger;
    }

    private static string BodyOf(string method) => method switch
    {
        "Encrypt" or "RawEncrypt" => Plaintext,
        "Decrypt" => """{"ciphertext":"aGVsbG8="}""",
        "SetIamPolicy" => """{"policy":{}}""",
        _ => "",
    };

    private static string Without(RestReply reply, string name) => RequestIds()
        .Replace(reply.Text, "").Replace(name, "", StringComparison.Ordinal);

    private static IEnumerable<(string Verb, string Path)> BindingsOf(MethodDescriptor method)
    {
        if (method.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is not { } rule) yield break;
        foreach (var binding in rule.AdditionalBindings.Prepend(rule))
        {
            var (verb, path) = binding.PatternCase switch
            {
                HttpRule.PatternOneofCase.Get => ("GET", binding.Get),
                HttpRule.PatternOneofCase.Post => ("POST", binding.Post),
                HttpRule.PatternOneofCase.Put => ("PUT", binding.Put),
                HttpRule.PatternOneofCase.Patch => ("PATCH", binding.Patch),
                _ => ("DELETE", binding.Delete),
            };
            yield return (verb, Fill(path));
        }
    }

    private static string Fill(string path)
    {
        path = Variable().Replace(path, m => m.Groups["pattern"].Success ? m.Groups["pattern"].Value : "x");
        foreach (var (collection, id) in ((string, string)[])[
            ("projects", "default"), ("locations", "us-east-1"), ("keyRings", "shop"), ("cryptoKeys", "orders"),
            ("cryptoKeyVersions", "1")])
            path = path.Replace($"{collection}/*", $"{collection}/{id}", StringComparison.Ordinal);
        return path.Replace("**", "x", StringComparison.Ordinal).Replace("*", "x", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\{[\w.]+(=(?<pattern>[^}]*))?\}")]
    private static partial Regex Variable();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}")]
    private static partial Regex RequestIds();
}
