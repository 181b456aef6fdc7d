using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Keyward.Server.Settings;

namespace Keyward.Server.Tls;

/// <summary>The certificate that handshakes get: the operator's own with its chain, or one of the deployment's CA. It
/// can
/// be replaced while the server runs; connections that stand keep what they began with. Safe for concurrent use; one
/// caller at a time may replace it.</summary>
internal sealed class ServedCertificate(
    DataFolder folder, IReadOnlyList<(string Host, IPEndPoint Address)> endpoints, TimeProvider time)
{
    private volatile SslStreamCertificateContext? _context;
    private string _stamp = "";

    /// <summary>The deployment's certificate authority, once it is known: a sealed server has none.</summary>
    public required Func<X509Certificate2?> Authority { get; init; }

    public DateTimeOffset NotAfter { get; private set; }

    /// <summary>Kestrel writes into the options of a handshake: each one gets its own, around one shared
    /// certificate.</summary>
    public SslServerAuthenticationOptions Options(bool asksForCertificate) => new()
    {
        ServerCertificateContext = _context,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ClientCertificateRequired = asksForCertificate,
#pragma warning disable CA5359 // Nobody has to bring one, and what it is worth the gate judges at each request.
        RemoteCertificateValidationCallback = asksForCertificate ? static (_, _, _, _) => true : null,
#pragma warning restore CA5359
        CertificateChainPolicy = asksForCertificate ? NothingFetched() : null,
    };

    /// <summary>The framework looks at the chain all the same: a stranger's certificate must not make it fetch
    /// something.</summary>
    private static X509ChainPolicy NothingFetched() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    /// <summary>Takes the certificate of these settings into use. Where it cannot be read, a
    /// <see cref="StartException"/> says so and the old one stays.</summary>
    public void Load(ServerSettings settings)
    {
        try
        {
            var stamp = StampOf(settings);
            var (certificate, chain) = settings.CertificateFile is { } file
                ? Given(file, settings.KeyFile)
                : (new CertificateAuthority(folder.Tls, Authority(), time).Server(NamesOf(settings)), null);
            NotAfter = certificate.NotAfter;
            _context = SslStreamCertificateContext.Create(certificate, chain, offline: true);
            _stamp = stamp;
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException
            or ArgumentException)
        {
            throw new StartException(
                $"The certificate {settings.CertificateFile ?? folder.Tls} cannot be used: {failure.Message}",
                "See the settings tls.certificate_file and tls.key_file");
        }
    }

    /// <summary>Whether the files are other ones than those in use, or the certificate nears its end.</summary>
    public bool IsStale(ServerSettings settings) => settings.CertificateFile is null
        ? NotAfter - time.GetUtcNow() < CertificateAuthority.RenewBefore
        : StampOf(settings) != _stamp;

    private static (X509Certificate2, X509Certificate2Collection?) Given(string file, string? keyFile)
    {
        using var own = X509Certificate2.CreateFromPemFile(file, keyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(file);
        chain.RemoveAt(0);
        return (CertificateAuthority.WithKey(own), chain);
    }

    private HashSet<string> NamesOf(ServerSettings settings)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "localhost", "127.0.0.1", "::1" };
        var host = Dns.GetHostName();
        if (Uri.CheckHostName(host) == UriHostNameType.Dns) names.Add(host);
        foreach (var (name, address) in endpoints)
            if (!address.Address.Equals(IPAddress.Any) && !address.Address.Equals(IPAddress.IPv6Any)) names.Add(name);
        if (SettingTable.TryParseEndpoint(settings.Advertise ?? "", out var advertised, out _)) names.Add(advertised);
        names.UnionWith(settings.TlsNames);
        return names;
    }

    /// <summary>Content, not times: mounted secrets are swapped by moving a link.</summary>
    private static string StampOf(ServerSettings settings)
    {
        if (settings.CertificateFile is not { } file) return "";
        try
        {
            var key = settings.KeyFile is { } keyFile ? File.ReadAllBytes(keyFile) : [];
            var stamp = Convert.ToHexString(SHA256.HashData((byte[])[.. File.ReadAllBytes(file), .. key]));
            CryptographicOperations.ZeroMemory(key);
            return stamp;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.GetType().Name;
        }
    }
}
