using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Keyward.Delivery.Sinks;
using Keyward.Tests.Conformance;

namespace Keyward.Tests.Delivery.Sinks;

/// <summary>Against a receiver that reads RFC 5425 frames, goes away, or does not speak TLS.</summary>
public sealed partial class SyslogSinkTests : IDisposable
{
    private readonly TcpListener _receiver = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate = SinkHost.MakeCertificate();
    private readonly TemporaryFolder _folder = new();

    public SyslogSinkTests()
    {
        _receiver.Start();
        File.WriteAllText(_folder.In("ca.pem"), _certificate.ExportCertificatePem());
    }

    [Fact]
    public async Task Messages_follow_the_rfc()
    {
        using var sink = Make();
        var (receiving, sending) = (AcceptAsync(), sink.SendAsync(Batches.Of(5, 2), default).AsTask());
        await using var stream = await receiving;
        await sending;
        var message = await ReadAsync(stream);
        var match = Rfc5424().Match(message);
        Assert.True(match.Success, message);
        Assert.Equal("110", match.Groups["pri"].Value);
        Assert.Equal("2026-11-26T00:19:01.894236Z", match.Groups["time"].Value);
        Assert.Equal(("node-1", "keyward", "encrypt"),
            (match.Groups["host"].Value, match.Groups["app"].Value, match.Groups["id"].Value));
        Assert.Equal("[meta sequenceId=\"6\"][origin software=\"Keyward\" swVersion=\"0.1.0\"]", match.Groups["data"].Value);
        Assert.Equal(Batches.Record(5), match.Groups["text"].Value);
        Assert.EndsWith(Batches.Record(6), await ReadAsync(stream));
    }

    [Theory]
    [InlineData("ok", 110)]
    [InlineData("denied", 108)]
    [InlineData("not_found", 109)]
    [InlineData("internal", 107)]
    public void Severity_follows_the_outcome(string outcome, int priority) => Assert.StartsWith(
        $"<{priority}>1 ", SyslogForm.Message(Batches.Delivered(0, Batches.Record(0, outcome)), "keyward"));

    [Fact]
    public void Hostile_fields_do_not_end_the_header()
    {
        var hostile = Batches.Record(0).Replace("\"node-1\"", "\"a b]\\\" 1\\u00e9\"").Replace("\"encrypt\"", "\"x y\\n\"");
        var message = SyslogForm.Message(Batches.Delivered(0, hostile), "cef");
        Assert.Matches(Rfc5424(), message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public async Task After_a_break_the_last_batch_comes_once_more()
    {
        using var sink = Make();
        var (receiving, sending) = (AcceptAsync(), sink.SendAsync(Batches.Of(0, 1), default).AsTask());
        var first = await receiving;
        await sending;
        await ReadAsync(first);
        await first.DisposeAsync();
        // The next batch finds the break, at once or after a write into the void; either way it comes, and the one
        // before it as well.
        receiving = AcceptAsync();
        for (var sent = false; !sent;)
            try
            {
                await sink.SendAsync(Batches.Of(1, 1), default);
                sent = true;
            }
            catch (DeliveryException)
            {
                // Sent again.
            }

        await using var second = await receiving;
        Assert.EndsWith(Batches.Record(0), await ReadAsync(second));
        Assert.EndsWith(Batches.Record(1), await ReadAsync(second));
    }

    [Fact]
    public async Task Nobody_there_or_nobody_trusted_confirms_nothing()
    {
        using var untrusted = new SyslogSink(Parse(""), TimeProvider.System);
        var accepting = AcceptAsync();
        await Assert.ThrowsAsync<DeliveryException>(async () => await untrusted.SendAsync(Batches.Of(0, 1), default));
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            await using var stream = await accepting;
            await ReadAsync(stream);
        });
        _receiver.Stop();
        using var alone = Make();
        await Assert.ThrowsAsync<DeliveryException>(async () => await alone.SendAsync(Batches.Of(0, 1), default));
    }

    public void Dispose()
    {
        _receiver.Dispose();
        _certificate.Dispose();
        _folder.Dispose();
    }

    // RFC 5424 §6, as far as what we write goes.
    [GeneratedRegex("^<(?<pri>[0-9]{1,3})>1 (?<time>\\S+) (?<host>[!-~]{1,255}) (?<app>[!-~]{1,48}) - (?<id>[!-~]{1,32}) " +
        "(?<data>(\\[[!-<>-\\\\^-~]{1,32}( [!-<>-\\\\^-~]{1,32}=\"[^\"\\\\\\]]*\")*\\])+) (?<text>.*)$")]
    private static partial Regex Rfc5424();

    private SyslogSink Make() => new(Parse("?ca_file=" + _folder.In("ca.pem")), TimeProvider.System);

    private SinkSettings Parse(string options)
    {
        Assert.True(SinkSettings.TryParse(
            $"s=syslog+tls://127.0.0.1:{((IPEndPoint)_receiver.LocalEndpoint).Port}{options}", out var settings));
        return settings;
    }

    private async Task<SslStream> AcceptAsync()
    {
        var client = await _receiver.AcceptTcpClientAsync();
        var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsServerAsync(_certificate);
        return stream;
    }

    private static async Task<string> ReadAsync(SslStream stream)
    {
        var length = 0;
        var one = new byte[1];
        while (true)
        {
            await stream.ReadExactlyAsync(one);
            if (one[0] == ' ') break;
            Assert.InRange(one[0], (byte)'0', (byte)'9');
            length = (length * 10) + one[0] - '0';
        }

        var message = new byte[length];
        await stream.ReadExactlyAsync(message);
        return Encoding.UTF8.GetString(message);
    }
}
