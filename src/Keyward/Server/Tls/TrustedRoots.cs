using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Keyward.Server.Tls;

/// <summary>Trust in certificates of the operator's own besides the system's, for connections that this server
/// makes.</summary>
internal static class TrustedRoots
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";

    /// <summary>Names and times are judged as ever; only who signed may be one of these roots.</summary>
    public static RemoteCertificateValidationCallback Callback(X509Certificate2Collection roots) =>
        (_, certificate, chain, errors) => errors == SslPolicyErrors.None
            || (errors == SslPolicyErrors.RemoteCertificateChainErrors && IsTrusted(certificate, chain, roots));

    private static bool IsTrusted(X509Certificate? certificate, X509Chain? seen, X509Certificate2Collection roots)
    {
        if (certificate is not X509Certificate2 leaf) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        if (seen is not null)
            foreach (var element in seen.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerUse));
        return chain.Build(leaf);
    }
}
