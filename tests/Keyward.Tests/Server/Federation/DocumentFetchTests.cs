using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Keyward.Server.Federation;
using Keyward.Vault.Federation;

namespace Keyward.Tests.Server.Federation;

/// <summary>Where issuers' documents are fetched from, and where not, with a hostile host of the test's own.</summary>
public sealed class DocumentFetchTests : IDisposable
{
    private static readonly IPNetwork Loopback = IPNetwork.Parse("127.0.0.0/8");

    private readonly TcpListener _host = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate = MakeCertificate();
    private int _connections;

    public DocumentFetchTests() => _host.Start();

    private Uri Address => new($"https://keys.example:{((IPEndPoint)_host.LocalEndpoint).Port}/keys");

    [Fact]
    public async Task A_good_answer_is_taken_and_its_age_with_it()
    {
        using var fetch = Fetch([Loopback], "127.0.0.1");
        var served = ServeAsync("HTTP/1.1 200 OK\r\nCache-Control: max-age=1200\r\nContent-Length: 2\r\n\r\n{}");
        var document = await fetch.FetchAsync(Address, CancellationToken.None);
        await served;
        Assert.Equal("{}", Encoding.UTF8.GetString(document.Bytes));
        Assert.Equal(TimeSpan.FromMinutes(20), document.MaximumAge);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("10.1.2.3")]
    [InlineData("::1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("fe80::1")]
    [InlineData("fd00:ec2::254")]
    public async Task A_name_that_leads_inside_is_not_connected_to(string address)
    {
        using var fetch = Fetch([], address);
        await Assert.ThrowsAsync<FetchFailedException>(() => fetch.FetchAsync(Address, CancellationToken.None));
        using var mixed = Fetch([], "8.8.8.8", address);
        await Assert.ThrowsAsync<FetchFailedException>(() => mixed.FetchAsync(Address, CancellationToken.None));
        Assert.False(_host.Pending());
    }

    [Fact]
    public async Task A_name_is_judged_anew_at_every_fetch()
    {
        var answers = new Queue<string>(["127.0.0.1", "169.254.169.254"]);
        using var fetch = new DocumentFetch(new AddressRules([Loopback]), [_certificate],
            (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(answers.Dequeue())]));
        var served = ServeAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        await fetch.FetchAsync(Address, CancellationToken.None);
        await served;
        await Assert.ThrowsAsync<FetchFailedException>(() => fetch.FetchAsync(Address, CancellationToken.None));
    }

    [Theory]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: https://169.254.169.254/latest/meta-data\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")]
    public async Task Anything_but_the_document_itself_fails_and_is_not_followed(string answer)
    {
        using var fetch = Fetch([Loopback], "127.0.0.1");
        var served = ServeAsync(answer);
        await Assert.ThrowsAsync<FetchFailedException>(() => fetch.FetchAsync(Address, CancellationToken.None));
        await served;
        Assert.Equal(1, _connections);
    }

    [Fact]
    public async Task A_document_without_end_is_cut_off()
    {
        using var fetch = Fetch([Loopback], "127.0.0.1");
        var served = ServeAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", endless: true);
        var failure = await Assert.ThrowsAsync<FetchFailedException>(
            () => fetch.FetchAsync(Address, CancellationToken.None));
        Assert.Contains("larger than", failure.Message);
        await served;
    }

    [Fact]
    public async Task Plain_http_and_strangers_certificates_are_refused()
    {
        using var fetch = Fetch([Loopback], "127.0.0.1");
        await Assert.ThrowsAsync<FetchFailedException>(
            () => fetch.FetchAsync(new Uri("http://keys.example/keys"), CancellationToken.None));
        using var untrusting = new DocumentFetch(new AddressRules([Loopback]), [],
            (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
        var served = ServeAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        await Assert.ThrowsAsync<FetchFailedException>(
            () => untrusting.FetchAsync(Address, CancellationToken.None));
        await served;
    }

    public void Dispose()
    {
        _host.Dispose();
        _certificate.Dispose();
    }

    private DocumentFetch Fetch(IPNetwork[] allowed, params string[] addresses) => new(new AddressRules(allowed),
        [_certificate], (_, _) => Task.FromResult<IPAddress[]>([.. addresses.Select(IPAddress.Parse)]));

    /// <summary>Serves one connection; ends with it, however the other side leaves it.</summary>
    private async Task ServeAsync(string answer, bool endless = false)
    {
        using var client = await _host.AcceptTcpClientAsync();
        _connections++;
        try
        {
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsServerAsync(_certificate);
            await stream.ReadAtLeastAsync(new byte[4_096], 1, throwOnEndOfStream: false);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
            while (endless) await stream.WriteAsync(new byte[64 * 1024]);
        }
        catch (Exception gone) when (gone is IOException or System.Security.Authentication.AuthenticationException)
        {
        }
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=keys.example", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("keys.example");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
