using System.Net;
using System.Security.Authentication;
using Keyward.SystemTests.Running;
using Keyward.Tests.Conformance;

namespace Keyward.SystemTests.Contract;

public sealed class StartTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task A_first_start_makes_everything_and_a_second_changes_none_of_it()
    {
        using var data = new TemporaryData();
        var folder = data.In("kms");
        var address = $"127.0.0.1:{Ports.Next()}";
        Dictionary<string, string> before;
        await using (var server = await KeywardServer.StartAsync(folder, address))
        {
            string[] secrets = ["keyward.db", "root.key", "tls/server.key", "credentials/admin.json", "credentials/admin.env"];
            foreach (var file in secrets) Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(folder, file)));
            string[] variables =
            [
                "KEYWARD_ADDR", "KEYWARD_CA", "KEYWARD_PROJECT", "KEYWARD_ACCOUNT", "GOOGLE_APPLICATION_CREDENTIALS",
                "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", "NODE_EXTRA_CA_CERTS", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL_STS",
                "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS",
            ];
            Assert.Equal(variables, server.AdminEnvironment().Select(v => v.Name));
            Assert.Equal(address, server.AdminEnvironment()[0].Value);
            before = Contents(folder);
            Assert.Equal(0, await server.StopAsync());
        }

        await using (var again = await KeywardServer.StartAsync(folder, address))
        {
            Assert.Equal(before, Contents(folder));
            using var admin = new RestClient(again);
            Assert.Equal(200, (await admin.GetAsync("/v1/projects/default/locations")).Status);
        }
    }

    [Fact]
    public async Task A_second_server_on_the_same_folder_is_refused_by_name()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        var (second, errors) = await KeywardServer.TryStartAsync(data.In("kms"));
        Assert.Null(second);
        Assert.Contains($"in use by the Keyward server with process {server.ProcessId}", errors);
    }

    [Fact]
    public async Task A_busy_port_is_said_with_what_to_do()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("a"));
        var (second, errors) = await KeywardServer.TryStartAsync(data.In("b"), server.Address);
        Assert.Null(second);
        Assert.Contains("is taken by another program", errors);
        Assert.Contains("--listen 127.0.0.1:0", errors);
    }

    [Fact]
    public async Task Bad_settings_are_all_named_and_nothing_is_made()
    {
        using var data = new TemporaryData();
        var (server, errors) = await KeywardServer.TryStartAsync(data.In("kms"), "nowhere", ("KEYWARD_LOCATIONZ", "x"));
        Assert.Null(server);
        Assert.Contains("flag --listen", errors);
        Assert.Contains("KEYWARD_LOCATIONZ", errors);
        Assert.Contains("Did you mean \"locations\"?", errors);
        Assert.False(Directory.Exists(data.In("kms")));
    }

    [Fact]
    public async Task Without_its_root_key_the_server_is_sealed_healthy_and_refuses()
    {
        using var data = new TemporaryData();
        var address = $"127.0.0.1:{Ports.Next()}";
        await using (var server = await KeywardServer.StartAsync(data.In("kms"), address)) await server.StopAsync();

        File.Move(data.In("kms/root.key"), data.In("root.key"));
        await using (var server = await KeywardServer.StartAsync(data.In("kms"), address))
        {
            using var admin = new RestClient(server);
            Assert.Equal(200, (await admin.GetAsync("/healthz")).Status);
            var (ready, why) = await admin.GetAsync("/readyz");
            Assert.Equal((503, "sealed"), (ready, why.GetProperty("status").GetString()));
            Assert.Equal(503, (await admin.GetAsync("/v1/projects/default/locations")).Status);
            await server.StopAsync();
        }

        File.Move(data.In("root.key"), data.In("kms/root.key"));
        await using var opened = await KeywardServer.StartAsync(data.In("kms"), address);
        using var client = new RestClient(opened);
        Assert.Equal(200, (await client.GetAsync("/readyz")).Status);
        var (_, log) = await client.GetAsync("/keyward/v1/audit/records?outcome=unavailable");
        Assert.Single(log.GetProperty("records").EnumerateArray());
    }

    [Fact]
    public async Task Another_root_key_is_named_as_such()
    {
        using var data = new TemporaryData();
        await using (var server = await KeywardServer.StartAsync(data.In("kms"))) await server.StopAsync();
        await File.WriteAllBytesAsync(data.In("kms/root.key"), new byte[32]);
        await using var wrong = await KeywardServer.StartAsync(data.In("kms"));
        using var admin = new RestClient(wrong);
        var (status, why) = await admin.GetAsync("/readyz");
        Assert.Equal(503, status);
        Assert.Contains("not the one of this store", why.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Anonymous_calls_get_401_and_a_record()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        using var admin = new RestClient(server);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/projects/default/locations");
        request.Headers.Add("Authorization", "Bearer nobody");
        using var anonymous = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        }) { BaseAddress = admin.Http.BaseAddress };
        using var bad = await anonymous.SendAsync(request);
        using var none = await anonymous.GetAsync(new Uri("/v1/projects/default/locations", UriKind.Relative));
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (bad.StatusCode, none.StatusCode));
        var (_, log) = await admin.GetAsync("/keyward/v1/audit/records?outcome=unauthenticated");
        Assert.Equal(2, log.GetProperty("records").GetArrayLength());
    }

    [Fact]
    public async Task Old_tls_and_plain_http_are_not_spoken()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        using var plain = new HttpClient();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => plain.GetAsync(new Uri($"http://{server.Address}/healthz")));
#pragma warning disable CA5397, CS0618, SYSLIB0039 // The old protocols are what must fail.
        using var old = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { EnabledSslProtocols = SslProtocols.Tls11, RemoteCertificateValidationCallback = (_, _, _, _) => true },
        });
#pragma warning restore CA5397, CS0618, SYSLIB0039
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => old.GetAsync(new Uri($"https://{server.Address}/healthz")));
    }

    private static Dictionary<string, string> Contents(string folder) => ((string[])["root.key", "tls/ca.pem", "tls/server.pem",
        "tls/server.key", "credentials/admin.json", "credentials/admin.env"]).ToDictionary(
            f => f, f => Convert.ToHexString(File.ReadAllBytes(Path.Combine(folder, f))));
}
