using System.Net;
using System.Net.Sockets;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>Who connects and does not speak, speaks slowly, or speaks what HTTP is not: closed in time, while a good client
/// is served.</summary>
public sealed class HostileConnectionTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Locations = "/v1/projects/default/locations";
    private const string Start = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n";

    private readonly KeywardServer _server = shared.Server;
    private readonly RestClient _admin = shared.Admin;

    [Fact]
    public async Task F54_Slow_and_silent_connections_end_and_a_good_client_is_served_meanwhile()
    {
        // Nothing sent, half a handshake, half a request line, half the headers, half a body: each many times.
        var silent = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => ConnectAsync()));
        var halfway = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            var client = await ConnectAsync();
            // The first bytes of a TLS 1.2 record with a ClientHello of which the rest never comes.
            await client.GetStream().WriteAsync(Convert.FromHexString("1603010200010001fc0303"));
            return client;
        }));
        var slow = new List<RawConnection>();
        foreach (var begun in (string[])["GET /hea", Start, Start + "X-A: b\r\n",
            $"POST {Locations}/global/keyRings?keyRingId=a HTTP/1.1\r\nHost: localhost\r\n" +
            $"Authorization: {_admin.Http.DefaultRequestHeaders.Authorization}\r\nContent-Length: 90\r\n\r\n{{"])
            for (var i = 0; i < 10; i++)
            {
                var connection = await RawConnection.OpenAsync(_server);
                await connection.WriteAsync(begun);
                slow.Add(connection);
            }

        Assert.Equal(200, (await _admin.GetAsync(Locations)).Status);
        var endings = await Task.WhenAll(slow.Select(c => c.ReadToEndAsync()));
        Assert.DoesNotContain(endings, ending => ending.Contains(" 200 ", StringComparison.Ordinal));
        await Task.WhenAll(silent.Concat(halfway).Select(EndAsync));
        Assert.Equal(200, (await _admin.GetAsync(Locations)).Status);
        Assert.Equal(404, (await _admin.GetAsync($"{Locations}/global/keyRings/a")).Status);
        foreach (var connection in slow) await connection.DisposeAsync();
    }

    [Theory]
    [InlineData("a header bomb", "H: {4000}\r\n", 400)]
    [InlineData("too many headers", "H{n}: 1\r\n", 200)]
    [InlineData("one endless header", "H: {20000}\r\n", 1)]
    public async Task F55_Headers_beyond_their_limits_are_refused(string what, string header, int times)
    {
        await using var connection = await RawConnection.OpenAsync(_server);
        var lines = string.Concat(Enumerable.Range(0, times).Select(n => header
            .Replace("{n}", $"{n}", StringComparison.Ordinal).Replace("{4000}", new string('a', 4_000), StringComparison.Ordinal)
            .Replace("{20000}", new string('a', 20_000), StringComparison.Ordinal)));
        try
        {
            await connection.WriteAsync(Start + lines + "\r\n");
        }
        catch (IOException)
        {
            // The server closed before it had read all.
        }

        var answer = await connection.ReadToEndAsync();
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 431", StringComparison.Ordinal), what + ": " + answer);
        Assert.Equal(200, (await _admin.GetAsync(Locations)).Status);
    }

    [Fact]
    public async Task F55_Json_that_is_deep_or_wide_and_bodies_that_are_large_are_refused()
    {
        var deep = new string('[', 100) + new string(']', 100);
        var wide = "{" + string.Join(',', Enumerable.Range(0, 15_000).Select(i => $"\"a{i}\":1")) + "}";
        foreach (var (body, expected) in ((string, int[])[])[($$"""{"labels":{{deep}}}""", [400]), (wide, [400]),
            ($$"""{"plaintext":"{{new string('A', 1 << 20)}}"}""", [400, 413])])
        {
            var (status, answer) = await _admin.PostAsync($"{Locations}/global/keyRings?keyRingId=never", body);
            Assert.Contains(status, expected);
            Assert.Equal(status, answer.GetProperty("error").GetProperty("code").GetInt32());
        }

        Assert.Equal(404, (await _admin.GetAsync($"{Locations}/global/keyRings/never")).Status);
    }

    [Theory]
    [InlineData("both lengths", "POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("two hosts", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("no host", "GET /healthz HTTP/1.1\r\n\r\n")]
    [InlineData("a folded header", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n c\r\n\r\n")]
    [InlineData("NUL in the path", "GET /heal\0thz HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("an encoded NUL", "GET /v1/projects/%00/locations HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("two lengths", "POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")]
    [InlineData("a bare line feed in a chunk", "POST /token HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1;a\n\r\na\r\n0\r\n\r\n")]
    [InlineData("no HTTP", "\x16\x03\x01hello\r\n\r\n")]
    public async Task F61_What_could_be_read_in_two_ways_is_refused_and_the_connection_closed(string what, string request)
    {
        await using var connection = await RawConnection.OpenAsync(_server);
        await connection.WriteAsync(request);
        var answer = await connection.ReadToEndAsync();
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal), what + ": " + answer);
        Assert.DoesNotContain("200 OK", answer, StringComparison.Ordinal);
        Assert.True(answer.Split("HTTP/1.1 ", StringSplitOptions.RemoveEmptyEntries).Length <= 1, what + ": " + answer);
    }

    [Fact]
    public async Task F1_Ciphers_without_secrecy_and_old_protocols_end_the_handshake()
    {
        foreach (var options in (string[])["-tls1_1 -cipher ALL:@SECLEVEL=0", "-tls1 -cipher ALL:@SECLEVEL=0",
            "-tls1_2 -cipher eNULL:@SECLEVEL=0", "-tls1_2 -cipher aNULL:@SECLEVEL=0", "-tls1_2 -cipher RC4:DES:3DES:EXPORT:@SECLEVEL=0"])
        {
            var (code, output, _) = await KeywardServer.RunAsync("openssl",
                ["s_client", "-connect", _server.Address, .. options.Split(' ')]);
            Assert.True(code != 0 || output.Contains("Cipher is (NONE)", StringComparison.Ordinal), options + output);
        }

        var (good, shown, _) = await KeywardServer.RunAsync("openssl", ["s_client", "-connect", _server.Address]);
        Assert.Equal(0, good);
        Assert.Contains("TLSv1.3", shown, StringComparison.Ordinal);
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(_server.Address));
        return client;
    }

    /// <summary>Waits for the server to close.</summary>
    private static async Task EndAsync(TcpClient client)
    {
        using var patience = new CancellationTokenSource(RawConnection.Patience);
        var buffer = new byte[64];
        try
        {
            while (await client.GetStream().ReadAsync(buffer, patience.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Reset instead of closed.
        }
        finally
        {
            client.Dispose();
        }
    }
}
