using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Cli;

/// <summary>A log that lies on another machine: published by any web server, or read from a Keyward.</summary>
internal sealed class HttpTree(HttpClient client, Uri log, Func<string?> token) : ITreeSource
{
    /// <summary>A bundle of 256 records of the greatest size has some 4 MiB.</summary>
    public const int MaximumFileSizeBytes = 20 * 1024 * 1024;

    public async ValueTask<byte[]?> ReadAsync(string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(log, path));
        if (token() is { } bearer) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        try
        {
            using var answer = await client.SendAsync(request, cancellation).ConfigureAwait(false);
            if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone) return null;
            if (!answer.IsSuccessStatusCode) throw new FailedException(
                $"{request.RequestUri} answers {(int)answer.StatusCode}.");
            return await answer.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException failure)
        {
            throw failure.InnerException is AuthenticationException untrusted
                ? new FailedException($"{request.RequestUri} cannot be read: {untrusted.Message}",
                    "Name the certificate authority to trust: --ca FILE or KEYWARD_CA.")
                : new FailedException($"{request.RequestUri} cannot be read: {failure.Message}");
        }
    }
}
