using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Clients;

/// <summary>Temporary access keys through AWS's official Node clients, unmodified: <c>aws-sts.js</c>.</summary>
public sealed class AwsSessionTests
{
    private const string Issuer = "https://ci.example";

    private static readonly (string Step, string Value)[] Expected =
    [
        ("admin", "arn:aws:iam::000000000001:user/admin"),
        ("session", "arn:aws:sts::000000000001:assumed-role/worker/night-job"),
        ("self", "arn:aws:sts::000000000001:assumed-role/worker/night-job"), ("uses", "ok"),
        ("withoutToken", "UnrecognizedClientException"), ("otherToken", "UnrecognizedClientException"),
        ("chain", "AccessDenied"), ("narrowDescribes", "ok"), ("narrowEncrypts", "AccessDeniedException"),
        ("whyNarrow", "no session policy allows the kms:Encrypt action"),
        ("whyDenied", "with an explicit deny in a session policy"),
        ("vouched", "pod-7 of https://ci.example for sts.amazonaws.com"),
        ("badPolicy", "MalformedPolicyDocumentException"), ("tooLong", "ValidationError"), ("noRole", "AccessDenied"),
        ("managed", "ValidationError"), ("workload", "ok"), ("badToken", "InvalidIdentityTokenException"),
    ];

    [Fact]
    public async Task Sessions_act_as_their_account_narrowed_by_their_policy()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        using var admin = new RestClient(server);
        var (_, worker) = await admin.PostAsync("/keyward/v1/projects/default/serviceAccounts", """{"name":"worker"}""");
        var email = worker.GetProperty("email").GetString();
        await AllowAsync(server, $"serviceAccount:{email}", "roles/owner");
        var first = JsonDocument.Parse((await RunAsync(server, "service-account", "list")).Output);
        var own = first.RootElement.GetProperty("items")[0].GetProperty("email").GetString();
        await AllowAsync(server, $"serviceAccount:{own}", "roles/iam.serviceAccountTokenCreator");

        using var rsa = RSA.Create(2_048);
        var (status, body) = await admin.PostAsync("/keyward/v1/issuers", JsonSerializer.Serialize(new
        {
            id = "builds", project = "default", issuerUri = Issuer, audiences = (string[])["sts.amazonaws.com"],
            keys = KeySet(rsa),
        }));
        Assert.True(status == 200, body.ToString());
        await AllowAsync(server, "principal://iam.googleapis.com/projects/000000000001/locations/global/" +
            "workloadIdentityPools/builds/subject/pod-7", "roles/iam.workloadIdentityUser");

        var (code, output, errors) = await KeywardServer.RunAsync("node", ["aws-sts.js"],
            Path.Combine(KeywardServer.Root, "tests/clients/node"),
            [.. server.AdminEnvironment(), ("ROLE", "worker"), ("WEB_TOKEN", Token(rsa))]);
        Assert.True(code == 0, errors + server.Errors);
        var result = JsonDocument.Parse(output).RootElement;
        Assert.False(result.TryGetProperty("failed", out var failure), failure.ToString());
        foreach (var (step, value) in Expected) Assert.Equal((step, value), (step, result.GetProperty(step).GetString()));
    }

    private static async Task AllowAsync(KeywardServer server, string member, string role)
    {
        var (code, _, errors) = await RunAsync(
            server, "policy", "add", "projects/default", "--member", member, "--role", role);
        Assert.True(code == 0, errors);
    }

    private static Task<(int Code, string Output, string Errors)> RunAsync(
        KeywardServer server, params string[] arguments) =>
        KeywardServer.RunAsync(KeywardServer.Program, [.. arguments, "--format", "json"], null,
            server.AdminEnvironment());

    private static string KeySet(RSA rsa)
    {
        var open = rsa.ExportParameters(includePrivateParameters: false);
        return $$"""
            {"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":"1","n":"{{Base64Url.EncodeToString(open.Modulus)}}",
            "e":"{{Base64Url.EncodeToString(open.Exponent)}}"}]}
            """;
    }

    private static string Token(RSA rsa)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var signed = Encode("""{"alg":"RS256","typ":"JWT","kid":"1"}""") + "." + Encode(
            $$"""{"iss":"{{Issuer}}","aud":"sts.amazonaws.com","sub":"pod-7","iat":{{now}},"exp":{{now + 3600}}}""");
        return signed + "." + Base64Url.EncodeToString(rsa.SignData(
            Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
