using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Keyward.Server.Settings;
using Keyward.Server.Tls;
using Keyward.Vault.Federation;

namespace Keyward.Server.Federation;

/// <summary>Fetches issuers' documents so that nobody can make the server ask where it must not: https alone, no
/// redirects, no proxy, the address checked and the connection made to the address that was checked, within five
/// seconds and 256 KiB. Safe for concurrent use.</summary>
internal sealed class DocumentFetch : IDocumentSource, IDisposable
{
    private const int MaximumSizeBytes = KeySet.MaximumSizeBytes;

    private readonly AddressRules _rules;
    private readonly HttpClient _client;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;

    /// <param name="roots">Certificates that are trusted besides the system's.</param>
    /// <param name="resolve">How a name becomes addresses; null for the system's way.</param>
    public DocumentFetch(AddressRules rules, X509Certificate2Collection roots,
        Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _rules = rules;
        _resolve = resolve ?? Dns.GetHostAddressesAsync;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = ConnectAsync,
            ConnectTimeout = IssuerKeys.Patience,
            // A kept connection would outlive the check of its address.
            PooledConnectionLifetime = TimeSpan.Zero,
            MaxResponseHeadersLength = 16,
        };
        if (roots.Count > 0) handler.SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = TrustedRoots.Callback(roots),
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>By the operator's settings.</summary>
    public static DocumentFetch Of(ServerSettings settings)
    {
        var roots = new X509Certificate2Collection();
        if (settings.FederationCaFile is { } file) roots.ImportFromPemFile(file);
        return new DocumentFetch(new AddressRules(settings.FederationAddresses), roots);
    }

    public async Task<FetchedDocument> FetchAsync(Uri address, CancellationToken cancellation)
    {
        if (address.Scheme != Uri.UriSchemeHttps)
            throw new FetchFailedException($"{address} is not an https address.");
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            using var answer = await _client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if (answer.StatusCode != HttpStatusCode.OK)
                throw new FetchFailedException(
                    $"{address} answered {(int)answer.StatusCode}; redirects are not followed.");
            return new FetchedDocument(
                await ReadAsync(address, answer, cancellation).ConfigureAwait(false),
                answer.Headers.CacheControl?.MaxAge);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            var cause = failure.InnerException as FetchFailedException;
            throw new FetchFailedException(
                cause?.Message ?? $"{address} cannot be reached: {failure.Message}", failure);
        }
    }

    public void Dispose() => _client.Dispose();

    private static async Task<byte[]> ReadAsync(
        Uri address, HttpResponseMessage answer, CancellationToken cancellation)
    {
        using var body = await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[MaximumSizeBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation)
            .ConfigureAwait(false);
        return length <= MaximumSizeBytes
            ? buffer[..length]
            : throw new FetchFailedException($"{address} is larger than {MaximumSizeBytes} bytes.");
    }

    /// <summary>One forbidden address among several refuses the name: who answers for it can choose which one we
    /// take.</summary>
    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal)
                ? [literal] : await _resolve(host, cancellation).ConfigureAwait(false);
        }
        catch (SocketException failure)
        {
            throw new FetchFailedException($"The name {host} is not known.", failure);
        }

        if (addresses.Length == 0) throw new FetchFailedException($"The name {host} has no address.");
        foreach (var address in addresses)
            if (!_rules.Allows(address))
                throw new FetchFailedException(
                    $"{host} is at {address}, which is not a public address. Allow it by federation.allow_addresses.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
