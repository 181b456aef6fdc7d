using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>What an operator tells a running server, and what it tells systemd.</summary>
public sealed class SignalTests : IDisposable
{
    private readonly TemporaryData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_reload_takes_over_what_may_change_and_names_what_needs_a_restart()
    {
        Write("""{ "locations": ["global"], "log.level": "info" }""");
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        using var admin = new RestClient(server);
        Assert.Equal(404, (await admin.GetAsync("/v1/projects/default/locations/us-east-1")).Status);
        Write("""{ "locations": ["global", "us-east-1"], "shutdown.timeout": "7s" }""");
        await server.SignalAsync("HUP");
        await server.UntilSaidAsync("taken over: locations");
        await server.UntilSaidAsync("by a restart only: shutdown.timeout");
        Assert.Equal(200, (await admin.GetAsync("/v1/projects/default/locations/us-east-1")).Status);
    }

    [Fact]
    public async Task A_reload_with_an_error_changes_nothing_and_names_all_errors()
    {
        Write("""{ "locations": ["global"] }""");
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        using var admin = new RestClient(server);
        Write("""{ "locations": ["global", "us-east-1"], "colour": "red", "log.level": "loud" }""");
        await server.SignalAsync("HUP");
        await server.UntilSaidAsync("were not taken over");
        Assert.Contains("there is no setting \\\"colour\\\"", server.Errors, StringComparison.Ordinal);
        Assert.Contains("log.level must be one of", server.Errors, StringComparison.Ordinal);
        Assert.Equal(404, (await admin.GetAsync("/v1/projects/default/locations/us-east-1")).Status);
    }

    [Fact]
    public async Task Certificate_files_that_are_replaced_are_served_to_new_connections_and_bad_ones_are_not()
    {
        var (first, second) = (Certificate("first"), Certificate("second"));
        Write($$"""{ "tls.certificate_file": "{{_data.In("server.pem")}}", "tls.key_file": "{{_data.In("server.key")}}" }""");
        Put(first);
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        Assert.Equal("CN=first", await ServedAsync(server));
        await File.WriteAllTextAsync(_data.In("server.pem"), "no certificate");
        await server.SignalAsync("HUP");
        await server.UntilSaidAsync("were not taken over");
        Assert.Equal("CN=first", await ServedAsync(server));
        // No signal: the files are looked at.
        Put(second);
        await server.UntilSaidAsync("another certificate");
        Assert.Equal("CN=second", await ServedAsync(server));
    }

    [Fact]
    public async Task Systemd_is_told_of_ready_reload_status_stop_and_its_watchdog_is_fed()
    {
        var path = _data.In("notify");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        await using var server = await KeywardServer.StartAsync(_data.In("kms"), "127.0.0.1:0",
            ("NOTIFY_SOCKET", path), ("WATCHDOG_USEC", "2000000"));
        Assert.Equal("READY=1\nSTATUS=ready: Serving.", await ReceiveAsync(socket, "READY"));
        await ReceiveAsync(socket, "WATCHDOG=1");
        await server.SignalAsync("HUP");
        Assert.Contains("MONOTONIC_USEC=", await ReceiveAsync(socket, "RELOADING=1"), StringComparison.Ordinal);
        await ReceiveAsync(socket, "READY=1");
        var stopped = server.StopAsync();
        await ReceiveAsync(socket, "STOPPING=1");
        Assert.Equal(0, await stopped);
    }

    [Fact]
    public async Task A_second_signal_ends_a_server_that_still_drains()
    {
        await using var server = await KeywardServer.StartAsync(_data.In("kms"));
        using var admin = new RestClient(server);
        await using var held = await RawConnection.OpenAsync(server);
        // A request whose body never ends; that it has begun shows in the answer to "Expect".
        await held.WriteAsync("POST /v1/projects/default/locations/global/keyRings?keyRingId=a HTTP/1.1\r\nHost: localhost\r\n" +
            $"Authorization: {admin.Http.DefaultRequestHeaders.Authorization}\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n");
        var begun = new byte[25];
        await held.Stream.ReadExactlyAsync(begun);
        Assert.StartsWith("HTTP/1.1 100", Encoding.ASCII.GetString(begun), StringComparison.Ordinal);
        var watch = server.ExitAsync();
        await server.SignalAsync("TERM");
        await server.UntilSaidAsync("Stopping");
        Assert.False(watch.IsCompleted);
        await server.SignalAsync("TERM");
        Assert.Equal(143, await watch.WaitAsync(KeywardServer.Patience));
    }

    private void Write(string json)
    {
        Directory.CreateDirectory(_data.In("kms"));
        File.WriteAllText(_data.In("kms/keyward.json"), json);
    }

    private static (string Certificate, string Key) Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(90));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private void Put((string Certificate, string Key) pair)
    {
        File.WriteAllText(_data.In("server.key"), pair.Key);
        File.WriteAllText(_data.In("server.pem"), pair.Certificate);
    }

    private static async Task<string> ServedAsync(KeywardServer server)
    {
        string? subject = null;
        using var client = new TcpClient();
        await client.ConnectAsync(System.Net.IPEndPoint.Parse(server.Address));
        await using var tls = new System.Net.Security.SslStream(client.GetStream(), false, (_, certificate, _, _) =>
        {
            subject = certificate!.Subject;
            return true;
        });
        await tls.AuthenticateAsClientAsync("localhost");
        return subject!;
    }

    private static async Task<string> ReceiveAsync(Socket socket, string begin)
    {
        using var patience = new CancellationTokenSource(KeywardServer.Patience);
        var buffer = new byte[4_096];
        while (true)
        {
            var text = Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, patience.Token));
            if (text.StartsWith(begin, StringComparison.Ordinal)) return text;
        }
    }
}
