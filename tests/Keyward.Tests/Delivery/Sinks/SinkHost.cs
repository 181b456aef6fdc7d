using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Keyward.Tests.Conformance;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Keyward.Tests.Delivery.Sinks;

/// <summary>What a sink was asked.</summary>
internal sealed record SinkRequest(string Path, string Body, IReadOnlyDictionary<string, string> Headers);

/// <summary>A collector on loopback with TLS that answers what the test says, in order, the last answer again and
/// again.</summary>
internal sealed class SinkHost : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _app;
    private readonly Queue<(int Status, string Body, string? RetryAfter)> _answers = new();
    private (int Status, string Body, string? RetryAfter) _last = (200, "{}", null);

    private SinkHost(X509Certificate2 certificate)
    {
        File.WriteAllText(CaFile, certificate.ExportCertificatePem());
        File.WriteAllText(TokenFile, "s3cret\n");
        File.SetUnixFileMode(TokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        _app = builder.Build();
        _app.Run(ServeAsync);
    }

    public List<SinkRequest> Requests { get; } = [];

    /// <summary>The same, for who waits for them.</summary>
    public Channel<SinkRequest> Arrivals { get; } = Channel.CreateUnbounded<SinkRequest>();

    public string CaFile => _folder.In("ca.pem");

    public string TokenFile => _folder.In("token");

    public string Authority => new Uri(_app.Urls.Single()).Authority;

    public static async Task<SinkHost> StartAsync()
    {
        var host = new SinkHost(MakeCertificate());
        await host._app.StartAsync();
        return host;
    }

    /// <summary>Instead of an answer, half of one.</summary>
    public bool BreaksOff { get; set; }

    public void Answer(int status, string body, string? retryAfter = null) => _answers.Enqueue((status, body, retryAfter));

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    public static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=sink", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var made = request.CreateSelfSigned(
            TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = new SinkRequest(context.Request.Path + context.Request.QueryString.ToString(),
            await reader.ReadToEndAsync(), context.Request.Headers.ToDictionary(
                h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        Requests.Add(request);
        Arrivals.Writer.TryWrite(request);
        if (_answers.TryDequeue(out var answer)) _last = answer;
        context.Response.StatusCode = _last.Status;
        if (_last.RetryAfter is { } after) context.Response.Headers.RetryAfter = after;
        if (_last.Status is >= 300 and < 400) context.Response.Headers.Location = "/elsewhere";
        if (BreaksOff) context.Response.ContentLength = _last.Body.Length + 1;
        await context.Response.WriteAsync(_last.Body);
        if (!BreaksOff) return;
        await context.Response.Body.FlushAsync();
        context.Abort();
    }
}
