using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Keyward.Vault.Keystores;

namespace Keyward.Vault.Identities;

/// <summary>By what a client certificate is recognised: exactly one key, or exactly one URI that names its subject; and
/// the authorities that this mapping trusts, and no other does. Names for people (CN) say nothing, and no
/// certificate vouches for itself.</summary>
internal sealed record CertificateRule(CertificateMark Mark, IReadOnlyList<byte[]> Authorities)
{
    /// <summary>A chain, and not a browser's bundle: whom to trust is for somebody to decide who knows why.</summary>
    public const int MaximumAuthorities = 8;

    public byte[] ToBytes() => Frame.Of(
        [Frame.Number((int)Mark.Kind), Mark.Value, .. Authorities]);

    public static CertificateRule Parse(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes;
        var fields = new List<byte[]>();
        while (Frame.TryRead(ref rest, out var field)) fields.Add(field.ToArray());
        var kind = (CertificateMarkKind)System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(fields[0]);
        return new CertificateRule(new CertificateMark(kind, fields[1]), fields[2..]);
    }

    /// <summary>When the certificate and all that vouches for it end; null where nothing of this rule vouches for
    /// it. Nothing is fetched: revocation is the mapping's, which can be revoked.</summary>
    public DateTimeOffset? EndOf(X509Certificate2 certificate, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = now.UtcDateTime;
        policy.VerificationTimeIgnored = false;
        policy.ApplicationPolicy.Add(new Oid(ClientCertificates.ClientAuthentication));
        var authorities = Authorities.Select(X509CertificateLoader.LoadCertificate).ToList();
        try
        {
            foreach (var authority in authorities)
                (IsRoot(authority) ? policy.CustomTrustStore : policy.ExtraStore).Add(authority);
            if (!chain.Build(certificate) || chain.ChainElements.Count < 2) return null;
            return chain.ChainElements.Min(e => new DateTimeOffset(e.Certificate.NotAfter.ToUniversalTime()));
        }
        finally
        {
            foreach (var element in chain.ChainElements) element.Certificate.Dispose();
            foreach (var authority in authorities) authority.Dispose();
        }
    }

    public static bool IsRoot(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
}

internal enum CertificateMarkKind
{
    Unspecified = 0,

    /// <summary>SHA-256 of the SubjectPublicKeyInfo.</summary>
    Key = 1,

    /// <summary>A URI among the subject's alternative names.</summary>
    Uri = 2,
}

internal sealed record CertificateMark(CertificateMarkKind Kind, byte[] Value)
{
    public static CertificateMark OfKey(X509Certificate2 certificate) => new(
        CertificateMarkKind.Key, SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    public static CertificateMark OfUri(string uri) => new(CertificateMarkKind.Uri, Encoding.ASCII.GetBytes(uri));

    /// <summary>Mappings are found by the mark: the same one can be given again after it was revoked, under the next
    /// number.</summary>
    public string IdOf(int number)
    {
        var hash = SHA256.HashData(Frame.Of(Frame.Number((int)Kind), Value));
        return $"{ClientCertificates.IdMark}{Convert.ToHexStringLower(hash.AsSpan(0, 16))}-{number}";
    }

    public string Show() => Kind == CertificateMarkKind.Uri
        ? Encoding.ASCII.GetString(Value)
        : "sha256:" + Convert.ToHexStringLower(Value);
}
