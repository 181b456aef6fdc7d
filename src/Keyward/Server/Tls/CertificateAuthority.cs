using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Keyward.Server.Tls;

/// <summary>The deployment's own CA and the server's certificate, for those who bring none: ECDSA P-256. The CA lives
/// ten
/// years, the certificate one; it is made anew when it nears its end or lacks a name.</summary>
internal sealed class CertificateAuthority(string folder, X509Certificate2? authority, TimeProvider time)
{
    private static readonly TimeSpan CaLifetime = TimeSpan.FromDays(3_650);
    private static readonly TimeSpan ServerLifetime = TimeSpan.FromDays(365);
    public static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    /// <summary>Clocks differ a little: a certificate is valid from a bit before it was made.</summary>
    private static readonly TimeSpan Backdated = TimeSpan.FromMinutes(10);

    private string CaFile => Path.Combine(folder, "ca.pem");

    private string ServerFile => Path.Combine(folder, "server.pem");

    private string ServerKeyFile => Path.Combine(folder, "server.key");

    /// <summary>The server's certificate with its key, made where it is missing or no longer fits.</summary>
    public X509Certificate2 Server(IReadOnlyCollection<string> names)
    {
        if (authority is not null) WriteCa(authority);
        if (File.Exists(ServerFile) && File.Exists(ServerKeyFile))
        {
            using var known = X509Certificate2.CreateFromPemFile(ServerFile, ServerKeyFile);
            if (known.NotAfter - time.GetUtcNow().UtcDateTime > RenewBefore && names.All(n => known.MatchesHostname(n)))
                return WithKey(known);
        }

        if (authority is null) return Interim();
        MakeServer(authority, names);
        using var made = X509Certificate2.CreateFromPemFile(ServerFile, ServerKeyFile);
        return WithKey(made);
    }

    /// <summary>The platform's TLS wants a key that it can keep: one that came through PKCS#12.</summary>
    public static X509Certificate2 WithKey(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);

    /// <summary>A sealed server that never was open has no authority to ask: it answers probes under a certificate that
    /// nobody trusts, until it is unsealed.</summary>
    private X509Certificate2 Interim()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Keyward sealed", key, HashAlgorithmName.SHA256);
        var now = time.GetUtcNow();
        using var interim = request.CreateSelfSigned(now - Backdated, now + RenewBefore);
        return WithKey(interim);
    }

    /// <summary>A new authority, with its key.</summary>
    public static X509Certificate2 Make(string deploymentLabel, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=Keyward CA {deploymentLabel}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        return request.CreateSelfSigned(now - Backdated, now + CaLifetime);
    }

    private void WriteCa(X509Certificate2 ca)
    {
        var pem = ca.ExportCertificatePem() + "\n";
        if (File.Exists(CaFile) && File.ReadAllText(CaFile) == pem) return;
        DataFolder.WriteSecret(CaFile, System.Text.Encoding.ASCII.GetBytes(pem));
        File.SetUnixFileMode(CaFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
            | UnixFileMode.OtherRead);
    }

    private void MakeServer(X509Certificate2 ca, IReadOnlyCollection<string> names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Keyward", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            if (IPAddress.TryParse(name, out var address)) alternatives.AddIpAddress(address);
            else alternatives.AddDnsName(name);
        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1", "serverAuth")], false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(ca, true, false));
        var now = time.GetUtcNow();
        using var certificate = request.Create(
            ca, now - Backdated, now + ServerLifetime, RandomNumberGenerator.GetBytes(16));
        Write(ServerKeyFile, key.ExportPkcs8PrivateKeyPem());
        Write(ServerFile, certificate.ExportCertificatePem());
    }

    private static void Write(string path, string pem) =>
        DataFolder.WriteSecret(path, System.Text.Encoding.ASCII.GetBytes(pem + "\n"));
}
