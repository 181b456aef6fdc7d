using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Keyward.Tests.Doors;

/// <summary>A certificate authority of a test's own.</summary>
internal sealed class Certificates : IDisposable
{
    public const string ForClients = "1.3.6.1.5.5.7.3.2";
    public const string ForServers = "1.3.6.1.5.5.7.3.1";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;

    public Certificates(DateTimeOffset now)
    {
        var request = new CertificateRequest("CN=Acme root", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _root = request.CreateSelfSigned(now.AddDays(-10), now.AddDays(3_650));
    }

    public string Pem => _root.ExportCertificatePem();

    /// <summary>A certificate with its key.</summary>
    public X509Certificate2 Issue(DateTimeOffset from, DateTimeOffset to, string use = ForClients, params string[] uris)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=web", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        if (use.Length > 0)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        if (uris.Length > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("web.example");
            foreach (var uri in uris) names.AddUri(new Uri(uri));
            request.CertificateExtensions.Add(names.Build());
        }

        using var bare = request.Create(_root, from, to, RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(key);
    }

    public void Dispose()
    {
        _root.Dispose();
        _key.Dispose();
    }
}
