using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace Keyward.Stores.Postgres;

/// <summary>Why a server's certificate is refused. The driver says only that it is: this asks the server for its
/// certificate once more, tells it nothing, and says whether name, time or issuer is wrong.</summary>
internal static class ServerCertificate
{
    /// <summary>SSLRequest: PostgreSQL, "Frontend/Backend Protocol", message formats.</summary>
    private static readonly byte[] TlsRequest = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

    private const byte Agreed = (byte)'S';

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The first fault of the hosts that the connection string names; null where none shows one.</summary>
    public static async ValueTask<string?> FindFaultAsync(
        NpgsqlConnectionStringBuilder settings, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        foreach (var host in settings.Host!.Split(',', StringSplitOptions.TrimEntries))
        {
            try
            {
                if (await AskAsync(host, settings, limit.Token).ConfigureAwait(false) is { } fault) return fault;
            }
            catch (Exception failure) when (failure is SocketException or IOException or OperationCanceledException)
            {
                // What it shows is not to be had: the refusal speaks for itself.
            }
        }

        return null;
    }

    private static async Task<string?> AskAsync(
        string host, NpgsqlConnectionStringBuilder settings, CancellationToken cancellation)
    {
        var (name, port) = PortOf(host, settings.Port);
        using var client = new TcpClient();
        await client.ConnectAsync(name, port, cancellation).ConfigureAwait(false);
        var stream = client.GetStream();
        await stream.WriteAsync(TlsRequest, cancellation).ConfigureAwait(false);
        var answer = new byte[1];
        await stream.ReadExactlyAsync(answer, cancellation).ConfigureAwait(false);
        if (answer[0] != Agreed) return null;
        string? fault = null;
        await using var tls = new SslStream(stream);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = name, CertificateChainPolicy = PolicyOf(settings),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    if (settings.SslMode == SslMode.VerifyCA)
                        errors &= ~SslPolicyErrors.RemoteCertificateNameMismatch;
                    if (certificate is X509Certificate2 shown) fault = Judge(name, settings, shown, chain, errors);
                    return errors == SslPolicyErrors.None;
                },
            }, cancellation).ConfigureAwait(false);
        }
        catch (AuthenticationException)
        {
            // Refused here as well, and the fault is known by now.
        }

        return fault;
    }

    private static string? Judge(string host, NpgsqlConnectionStringBuilder settings, X509Certificate2 shown,
        X509Chain? chain, SslPolicyErrors errors)
    {
        var what = $"PostgreSQL's certificate is refused: the one that {host} shows ";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            var isTime = chain?.ChainStatus.Any(s => s.Status == X509ChainStatusFlags.NotTimeValid) == true;
            var trusted = settings.RootCertificate is { } file
                ? $"no CA in {file}, the connection string's Root Certificate,"
                : "no CA that this system trusts (the connection string has no Root Certificate)";
            return what + (isTime
                ? $"is good from {Show(shown.NotBefore)} to {Show(shown.NotAfter)}, or its CA's time is over."
                : $"was issued by {shown.Issuer}, for which {trusted} vouches.");
        }

        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? $"{what}is for {string.Join(", ", NamesOf(shown))}; the connection string's Host must be one of these."
            : null;
    }

    private static X509ChainPolicy PolicyOf(NpgsqlConnectionStringBuilder settings)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (settings.RootCertificate is not { } file) return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.ImportFromPemFile(file);
        return policy;
    }

    private static IEnumerable<string> NamesOf(X509Certificate2 shown)
    {
        var names = shown.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString()))).ToList();
        return names.Count > 0 ? names : [shown.GetNameInfo(X509NameType.DnsName, forIssuer: false)];
    }

    private static (string Name, int Port) PortOf(string host, int port)
    {
        var colon = host.LastIndexOf(':');
        return colon > 0 && host.IndexOf(':', StringComparison.Ordinal) == colon
            && int.TryParse(host[(colon + 1)..], CultureInfo.InvariantCulture, out var own)
            ? (host[..colon], own)
            : (host.Trim('[', ']'), port);
    }

    private static string Show(DateTime time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
