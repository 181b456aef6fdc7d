using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Keyward.Server.Tls;

namespace Keyward.Delivery.Sinks;

/// <summary>Requests to one sink: TLS always, no redirects (a login page is no confirmation), bounded in time and size.
/// Whatever is not a plain success is a <see cref="DeliveryException"/>.</summary>
internal sealed class HttpCalls : IDisposable
{
    private const int MaximumAnswerBytes = 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SinkSettings _settings;
    private readonly HttpClient _client;
    private readonly string _scheme;
    private readonly TimeProvider _time;

    /// <param name="scheme">What stands before the token in <c>Authorization</c>.</param>
    public HttpCalls(SinkSettings settings, string scheme, TimeProvider time)
    {
        (_settings, _scheme, _time) = (settings, scheme, time);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectTimeout = Patience,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), SslOptions = TlsOptions(settings),
            MaxResponseHeadersLength = 16,
        })
        {
            Timeout = Patience, MaxResponseContentBufferSize = MaximumAnswerBytes,
        };
    }

    /// <summary>Who is believed and how we show ourselves, for every sink over TLS.</summary>
    public static SslClientAuthenticationOptions TlsOptions(SinkSettings settings)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = settings.Address.Host };
        if (settings.CaFile is { } ca)
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPemFile(ca);
            options.RemoteCertificateValidationCallback = TrustedRoots.Callback(roots);
        }

        if (settings.CertificateFile is { } certificate)
            options.ClientCertificateContext = SslStreamCertificateContext.Create(
                X509Certificate2.CreateFromPemFile(certificate, settings.KeyFile), null, offline: true);
        return options;
    }

    /// <summary>Posts text and gives the answer's text.</summary>
    public async ValueTask<string> PostAsync(string path, string type, string body,
        IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Post, path, type, body, headers, cancellation)
            .ConfigureAwait(false);
        return answer.IsSuccessStatusCode
            ? await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false)
            : throw Failed(answer);
    }

    /// <summary>The answer, whatever its status.</summary>
    public async ValueTask<HttpResponseMessage> SendAsync(HttpMethod method, string path, string type, string body,
        IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, AddressOf(path));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        if (_settings.TokenFile is { } file)
        {
            var token = await File.ReadAllTextAsync(file, cancellation).ConfigureAwait(false);
            request.Headers.TryAddWithoutValidation("Authorization", $"{_scheme} {token.Trim()}");
        }

        try
        {
            return await _client.SendAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException failure)
        {
            throw new DeliveryException($"{Where} {WhatFailed(failure)}", null, failure);
        }
        catch (TaskCanceledException failure) when (!cancellation.IsCancellationRequested)
        {
            throw new DeliveryException(
                $"{Where} did not answer within {Patience.TotalSeconds} seconds.", null, failure);
        }
    }

    /// <summary>An answer that must be a JSON object: anything else is no confirmation.</summary>
    public JsonObject ObjectOf(string answer)
    {
        try
        {
            if (JsonNode.Parse(answer) is JsonObject json) return json;
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new DeliveryException($"{Where} answered with success, but not in the form of its protocol.");
    }

    /// <summary>Part of an answer, whatever stands in its place; null where there is nothing of that name.</summary>
    public static JsonNode? PartOf(JsonNode? answer, params ReadOnlySpan<string> names)
    {
        foreach (var name in names) answer = (answer as JsonObject)?[name];
        return answer;
    }

    /// <summary>What did answer was reached: then it is the answer that is wrong.</summary>
    private static string WhatFailed(HttpRequestException failure) => failure.HttpRequestError switch
    {
        HttpRequestError.ConfigurationLimitExceeded => $"answered with more than {MaximumAnswerBytes >> 20} MiB.",
        HttpRequestError.InvalidResponse => "answered with something that is not HTTP.",
        HttpRequestError.ResponseEnded => "broke the connection off before its answer was whole.",
        HttpRequestError.Unknown when failure.InnerException is IOException =>
            $"broke the connection off before its answer was whole: {failure.InnerException.Message}",
        _ => $"cannot be reached: {failure.InnerException?.Message ?? failure.Message}",
    };

    public string Where => _settings.Address.GetLeftPart(UriPartial.Authority);

    public void Dispose() => _client.Dispose();

    private Uri AddressOf(string path) => path.Length == 0
        ? _settings.Address
        : new UriBuilder(_settings.Address) { Path = _settings.Address.AbsolutePath.TrimEnd('/') + path }.Uri;

    public DeliveryException Failed(HttpResponseMessage answer)
    {
        var after = answer.Headers.RetryAfter;
        return new DeliveryException($"{Where} answered {(int)answer.StatusCode}"
            + (answer.StatusCode is >= HttpStatusCode.MovedPermanently and < HttpStatusCode.BadRequest
                ? "; redirects are not followed." : "."),
            after?.Delta ?? (after?.Date is { } date ? date - _time.GetUtcNow() : null));
    }
}
