using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Keyward.Keystores.Root;
using Keyward.Vault.Keystores;

namespace Keyward.Server.Tls;

/// <summary>The deployment's certificate authority as the store keeps it: certificate and key, sealed by the root, so
/// that every node can make a certificate of its own and no file holds the key.</summary>
internal static class AuthoritySeal
{
    private const string Name = "deployment/ca";

    public static SealedKey Seal(KeyHierarchy hierarchy, X509Certificate2 authority)
    {
        using var key = authority.GetECDsaPrivateKey()!;
        var pkcs8 = key.ExportPkcs8PrivateKey();
        var framed = Frame.Of(authority.RawData, pkcs8);
        try
        {
            return hierarchy.SealByRoot(SealKind.CertificateAuthority, Name, framed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
            CryptographicOperations.ZeroMemory(framed);
        }
    }

    /// <summary>Null where the store holds none.</summary>
    public static X509Certificate2? Open(KeyHierarchy hierarchy, IEnumerable<SealedKey> keys)
    {
        if (keys.FirstOrDefault(k => k.Binding.Kind == SealKind.CertificateAuthority) is not { } row) return null;
        using var secret = hierarchy.OpenByRoot(row);
        var rest = secret.Span;
        if (!Frame.TryRead(ref rest, out var certificate) || !Frame.TryRead(ref rest, out var pkcs8))
            throw new SealBrokenException(Name);
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        using var bare = X509CertificateLoader.LoadCertificate(certificate);
        return bare.CopyWithPrivateKey(key);
    }
}
