using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Keyward.SystemTests.Running;

/// <summary>A TLS connection on which a test writes what no client would.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    public static readonly TimeSpan Patience = KeywardServer.Patience;

    private readonly TcpClient _client = new();
    private readonly SslStream _tls;

    private RawConnection(TcpClient client, SslStream tls) => (_client, _tls) = (client, tls);

    public Stream Stream => _tls;

    public static async Task<RawConnection> OpenAsync(
        KeywardServer server, Action<SslClientAuthenticationOptions>? configure = null)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(server.Address));
        var tls = new SslStream(client.GetStream());
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost", RemoteCertificateValidationCallback = (_, _, _, _) => true,
        };
        configure?.Invoke(options);
        using var patience = new CancellationTokenSource(Patience);
        await tls.AuthenticateAsClientAsync(options, patience.Token);
        return new RawConnection(client, tls);
    }

    public async Task WriteAsync(string text)
    {
        await _tls.WriteAsync(Encoding.Latin1.GetBytes(text));
        await _tls.FlushAsync();
    }

    /// <summary>All that comes until the server closes; an abrupt end is an end.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var (buffer, answer) = (new byte[16 * 1024], new StringBuilder());
        try
        {
            int read;
            while ((read = await _tls.ReadAsync(buffer, patience.Token)) > 0)
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (IOException)
        {
            // Reset instead of closed.
        }

        return answer.ToString();
    }

    /// <summary>Reads until a text has come; fails where it does not.</summary>
    public async Task ReadUntilAsync(string text)
    {
        using var patience = new CancellationTokenSource(Patience);
        var (buffer, answer) = (new byte[16 * 1024], "");
        while (!answer.Contains(text, StringComparison.Ordinal))
        {
            var read = await _tls.ReadAsync(buffer, patience.Token);
            Assert.True(read > 0, $"The server ended before it said {text}: {answer}");
            answer += Encoding.Latin1.GetString(buffer, 0, read);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _tls.DisposeAsync();
        _client.Dispose();
    }
}
