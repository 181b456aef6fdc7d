using System.Text.Json;

namespace Keyward.Tests.Doors.Rights;

/// <summary>A key ring with one key, and how tests speak of policies.</summary>
internal static class Scene
{
    public const string Project = "projects/default";
    public const string Location = Project + "/locations/us-east-1";
    public const string Ring = Location + "/keyRings/shop";
    public const string Key = Ring + "/cryptoKeys/orders";

    public const string Encrypter = "roles/cloudkms.cryptoKeyEncrypter";
    public const string Both = "roles/cloudkms.cryptoKeyEncrypterDecrypter";
    public const string Admin = "roles/cloudkms.admin";

    public const string Plaintext = """{"plaintext":"aGVsbG8="}""";

    public static async Task MakeKeyAsync(OpenDoors doors)
    {
        await doors.OkAsync("POST", $"/v1/{Location}/keyRings?keyRingId=shop");
        await doors.OkAsync("POST", $"/v1/{Ring}/cryptoKeys?cryptoKeyId=orders", """{"purpose":"ENCRYPT_DECRYPT"}""");
    }

    public static string Binding(string role, string member, string? expression = null) =>
        $$"""{"role":"{{role}}","members":["{{member}}"]{{(expression is null ? "" : Condition(expression))}}}""";

    public static string Policy(int version, params string[] bindings) =>
        $$"""{"policy":{"version":{{version}},"bindings":[{{string.Join(',', bindings)}}]} }""";

    public static Task<JsonElement> BindAsync(
        OpenDoors doors, string resource, string role, string member, string? expression = null) =>
        doors.OkAsync("POST", $"/v1/{resource}:setIamPolicy", Policy(3, Binding(role, member, expression)));

    public static async Task AddAsync(OpenDoors doors, string resource, string role, string member)
    {
        var policy = await doors.OkAsync("GET", $"/v1/{resource}:getIamPolicy?options.requestedPolicyVersion=3");
        var bindings = policy.TryGetProperty("bindings", out var list)
            ? list.EnumerateArray().Select(b => b.GetRawText()).ToList() : [];
        bindings.Add(Binding(role, member));
        await doors.OkAsync("POST", $"/v1/{resource}:setIamPolicy", Policy(3, [.. bindings]));
    }

    public static Task<JsonElement> DenyAsync(
        OpenDoors doors, string resource, string principal, string permission, string? expression = null) =>
        doors.OkAsync("PUT", "/keyward/v1/policy/denyRules", $$"""
            {"resource":"{{resource}}","denyRules":[{"name":"no","principals":["{{principal}}"],
             "permissions":["{{permission}}"]{{(expression is null ? "" : Condition(expression))}}}]}
            """);

    private static string Condition(string expression) =>
        $$""","condition":{"title":"t","expression":{{JsonSerializer.Serialize(expression)}}}""";
}
