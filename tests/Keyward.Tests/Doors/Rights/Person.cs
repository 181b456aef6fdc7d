using System.Text;
using System.Text.Json;

namespace Keyward.Tests.Doors.Rights;

/// <summary>A service account with a key file, and on demand an access key, who calls the doors.</summary>
internal sealed class Person(OpenDoors doors, string email, string keyFile)
{
    private (string Id, string Secret)? _accessKey;

    public string Email { get; } = email;

    public string Member => "serviceAccount:" + Email;

    public static async Task<Person> MakeAsync(OpenDoors doors, string name, string project = "default")
    {
        var account = await doors.OkAsync(
            "POST", $"/keyward/v1/projects/{project}/serviceAccounts", $$"""{"name":"{{name}}"}""");
        var email = account.GetProperty("email").GetString()!;
        var file = await doors.OkAsync("POST", $"/keyward/v1/serviceAccounts/{email}/keyFiles");
        return new Person(doors, email, JsonSerializer.Serialize(new Dictionary<string, string?>
        {
            ["client_email"] = email,
            ["private_key_id"] = file.GetProperty("privateKeyId").GetString(),
            ["private_key"] = file.GetProperty("privateKey").GetString(),
        }));
    }

    public Task<RestReply> SendAsync(string method, string path, string body = "") =>
        doors.SendAsync(method, path, Encoding.UTF8.GetBytes(body), doors.TokenOf(keyFile));

    public async Task<JsonElement> OkAsync(string method, string path, string body = "")
    {
        var reply = await SendAsync(method, path, body);
        Assert.True(reply.Status == 200, $"{method} {path} gave {reply.Status} {reply.Text}");
        return reply.Json;
    }

    /// <summary>HTTP status of a call; 200 where it was let through.</summary>
    public async Task<int> StatusAsync(string method, string path, string body = "") =>
        (await SendAsync(method, path, body)).Status;

    public async Task<RestReply> CallAwsAsync(string target, string body)
    {
        if (_accessKey is null)
        {
            var made = await doors.OkAsync("POST", $"/keyward/v1/serviceAccounts/{Email}/accessKeys");
            _accessKey = (made.GetProperty("accessKeyId").GetString()!,
                made.GetProperty("secretAccessKey").GetString()!);
        }

        return await doors.CallAwsAsync(_accessKey.Value, "TrentService." + target, body);
    }
}
