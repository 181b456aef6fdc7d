using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Clients;

/// <summary>Key policies and grants through AWS's official Node client: what came of each step of
/// <c>aws-grants.js</c>, for the administrator and for an account without any role.</summary>
public sealed class AwsGrantsClientTests
{
    private static readonly (string Step, string Json)[] Expected =
    [
        ("defaultPolicy", "\"default kms:*\""), ("policies", """["default"]"""),
        ("otherName", "\"NotFoundException: No such policy exists\""),
        ("before", "\"AccessDeniedException\""), ("kept", "true"), ("named", "\"ok\""),
        ("denied", "\"AccessDeniedException\""), ("withContext", "\"ok\""),
        ("lockedOut", "\"MalformedPolicyDocumentException: The new key policy will not allow you to update the key " +
            "policy in the future.\""),
        ("noJson", "\"MalformedPolicyDocumentException\""), ("nobody", "\"MalformedPolicyDocumentException\""),
        ("bornWith", "\"ok\""), ("inheritanceEnds", "\"AccessDeniedException\""), ("namedStays", "\"ok\""),
        ("dryRun", "\"DryRunOperationException\""), ("none", "0"), ("repeated", "true"), ("grantForm", "true"),
        ("constrained", """["ok","AccessDeniedException","AccessDeniedException"]"""), ("withToken", "\"ok\""),
        ("badToken", "\"InvalidGrantTokenException\""), ("notGranted", "\"AccessDeniedException\""),
        ("shown", "true"), ("noPrincipal", "\"InvalidArnException\""), ("noOperation", "\"ValidationException\""),
        ("unfit", "\"ValidationException\""), ("revoked", "\"AccessDeniedException\""),
        ("unknown", "\"NotFoundException: Grant ID ID not found\""), ("badId", "\"InvalidGrantIdException\""),
        ("more", "\"AccessDeniedException\""), ("listed", "2"), ("retirable", "[true]"),
        ("deadWithParent", "\"AccessDeniedException\""), ("childGone", "0"), ("oneForm", "\"ValidationException\""),
    ];

    [Fact]
    public async Task Key_policies_and_grants_work_through_it()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        var admin = server.AdminEnvironment();
        var account = await CommandAsync(admin, "service-account", "create", "app");
        var email = account.GetProperty("email").GetString()!;
        var key = await CommandAsync(admin, "access-key", "create", "--service-account", email);
        var (code, output, errors) = await KeywardServer.RunAsync("node", ["aws-grants.js"],
            Path.Combine(KeywardServer.Root, "tests/clients/node"),
            [
                .. admin, ("APP_ID", key.GetProperty("accessKeyId").GetString()!),
                ("APP_SECRET", key.GetProperty("secretAccessKey").GetString()!),
                ("APP_ARN", "arn:aws:iam::000000000001:user/app"),
            ]);
        Assert.True(code == 0, errors + server.Errors);
        using var json = JsonDocument.Parse(output);
        foreach (var (step, expected) in Expected)
            Assert.Equal((step, expected), (step, json.RootElement.GetProperty(step).GetRawText()));
    }

    private static async Task<JsonElement> CommandAsync(
        (string, string)[] environment, params string[] arguments)
    {
        var (code, output, errors) = await KeywardServer.RunAsync(
            KeywardServer.Program, [.. arguments, "--format", "json"], null, environment);
        Assert.True(code == 0, errors);
        return JsonDocument.Parse(output).RootElement;
    }
}
