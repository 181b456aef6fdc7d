using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>A server in a container is reached elsewhere than where it listens, and gets its root key as a mounted
/// file.</summary>
public sealed class AdvertiseTests
{
    [Fact]
    public async Task A_server_is_who_its_settings_say_that_it_is_and_nobody_else()
    {
        using var data = new TemporaryData();
        var root = data.In("mounted");
        await File.WriteAllBytesAsync(root, RandomNumberGenerator.GetBytes(32));
        File.SetUnixFileMode(root, UnixFileMode.UserRead);
        await using var server = await KeywardServer.StartAsync(data.In("kms"), "127.0.0.1:0",
            ("KEYWARD_ADVERTISE", "node-0.kms.internal:8443"), ("KEYWARD_TLS_NAMES", "kms.example"),
            ("KEYWARD_ROOT_FILE", root));
        Assert.False(File.Exists(Path.Combine(server.Data, "root.key")));
        Assert.Contains("your own, which root.file names", server.Errors, StringComparison.Ordinal);
        var environment = server.AdminEnvironment();
        Assert.Contains(("KEYWARD_ADDR", "node-0.kms.internal:8443"), environment);
        var keyFile = Path.Combine(server.Data, "credentials/admin.json");
        Assert.Contains("https://node-0.kms.internal:8443/token", await File.ReadAllTextAsync(keyFile),
            StringComparison.Ordinal);
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(server.Data, "tls/server.pem"));
        Assert.True(certificate.MatchesHostname("node-0.kms.internal"));
        Assert.True(certificate.MatchesHostname("kms.example"));

        using var client = new RestClient(server);
        foreach (var (name, isOwn) in ((string, bool)[])[
            ("node-0.kms.internal:8443", true), ("kms.example", true), ("other.example", false),
            ("kms.example.other", false), ("kms.example:1", false)])
        {
            using var form = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "urn:ietf:params:oauth:grant-type:jwt-bearer",
                ["assertion"] = RestClient.Assertion(keyFile, DateTimeOffset.UtcNow, $"https://{name}/token"),
            });
            using var answer = await client.Http.PostAsync(new Uri("/token", UriKind.Relative), form);
            Assert.Equal((name, isOwn), (name, answer.IsSuccessStatusCode));
        }
    }
}
