using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Keyward.Tests.Doors;

/// <summary>An account with a key file, and the tokens that its holder, or an attacker with his key, can make.</summary>
internal sealed record TestAccount(string Email, string KeyId, string Pem)
{
    public static TestAccount Load(byte[] keyFile)
    {
        using var json = JsonDocument.Parse(keyFile);
        string Value(string name) => json.RootElement.GetProperty(name).GetString()!;
        return new TestAccount(Value("client_email"), Value("private_key_id"), Value("private_key"));
    }

    /// <summary>Makes an account without any right in a project.</summary>
    public static async Task<TestAccount> MakeAsync(OpenDoors doors, string name, string project = "default")
    {
        var account = await doors.OkAsync(
            "POST", $"/keyward/v1/projects/{project}/serviceAccounts", $$"""{"name":"{{name}}"}""");
        var email = account.GetProperty("email").GetString()!;
        var file = await doors.OkAsync("POST", $"/keyward/v1/serviceAccounts/{email}/keyFiles", "{}");
        return new TestAccount(
            email, file.GetProperty("privateKeyId").GetString()!, file.GetProperty("privateKey").GetString()!);
    }

    /// <summary>A self-signed token as Google's libraries make it.</summary>
    public string Token(DateTimeOffset now) => Sign(
        $$"""{"alg":"RS256","typ":"JWT","kid":"{{KeyId}}"}""", Payload(now.ToUnixTimeSeconds()));

    public string Payload(long now) => $$"""
        {"iss":"{{Email}}","sub":"{{Email}}","iat":{{now}},"exp":{{now + 3600}},
         "scope":"https://www.googleapis.com/auth/cloudkms"}
        """;

    /// <summary>Signs whatever is to be signed by this account's key.</summary>
    public string Sign(string header, string payload)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(Pem);
        var signed = $"{Encode(header)}.{Encode(payload)}";
        return signed + "." + Base64Url.EncodeToString(
            rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
