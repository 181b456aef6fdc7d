using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>Judges client certificates, at each request and not once a connection: a mapping that was revoked, or a
/// certificate that has ended, is refused by the next request on connections that stand. The chain is checked once a
/// certificate and kept until its end.</summary>
internal static class ClientCertificates
{
    /// <summary>The beginning of a mapping's id.</summary>
    public const string IdMark = "kwc";

    /// <summary>id-kp-clientAuth (RFC 5280, 4.2.1.12).</summary>
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>The attribute by which records and conditions tell certificates of one mapping apart.</summary>
    public const string Attribute = "certificate";

    private const int MaximumSizeBytes = 16 * 1024;
    private const string AlternativeNames = "2.5.29.17";

    /// <summary>The mapping of a mark that counts now, if there is one; each number but the last was revoked.</summary>
    public static Credential? Find(Snapshot snapshot, CertificateMark mark)
    {
        Credential? found = null;
        for (var number = 1; snapshot.Credentials.TryGetValue(mark.IdOf(number), out var next); number++) found = next;
        return found;
    }

    public static Outcome<KnownToken> Judge(
        OpenedVault vault, TokenCache cache, DateTimeOffset now, CertificateProof proof)
    {
        if (proof.Certificate.Length > MaximumSizeBytes) return CredentialRefusals.NotGood;
        var key = TokenCache.KeyOf(proof.Certificate.Span);
        if (cache.Find(key) is { } known)
        {
            if (now < known.Expires && Identities.IsGood(vault.Snapshot, known.Caller, now)) return known;
            cache.Remove(key);
        }

        if (JudgeNew(vault, now, proof) is not { } judged) return CredentialRefusals.NotGood;
        cache.Add(key, judged);
        return judged;
    }

    private static KnownToken? JudgeNew(OpenedVault vault, DateTimeOffset now, CertificateProof proof)
    {
        using var certificate = Load(proof.Certificate.Span);
        if (certificate is null || !IsForClients(certificate)) return null;
        var snapshot = vault.Snapshot;
        foreach (var mark in MarksOf(certificate))
        {
            if (Find(snapshot, mark) is not { PublicKey: { } rule } credential || !credential.IsGoodAt(now)
                || !snapshot.Accounts.TryGetValue(credential.Email, out var account)
                || account.State != StandingState.Active) continue;
            if (CertificateRule.Parse(rule).EndOf(certificate, now) is not { } end) continue;
            var hash = certificate.GetCertHash(HashAlgorithmName.SHA256);
            return new KnownToken(Identities.CallerOf(account, credential.Id, Convert.ToHexStringLower(hash)), end,
                DigestOf(vault, hash));
        }

        return null;
    }

    public static string DigestOf(OpenedVault vault, CertificateProof proof) =>
        DigestOf(vault, SHA256.HashData(proof.Certificate.Span));

    /// <summary>The use must be said: a certificate without it may be anything.</summary>
    public static bool IsForClients(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(
            e => e.EnhancedKeyUsages.OfType<Oid>().Any(o => o.Value == ClientAuthentication))
        && !certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(e => e.CertificateAuthority);

    public static X509Certificate2? Load(ReadOnlySpan<byte> certificate)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(certificate);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The key first. A certificate of several URIs is recognised by none of them: which one it means is not
    /// ours to guess (as SPIFFE has it).</summary>
    private static IEnumerable<CertificateMark> MarksOf(X509Certificate2 certificate)
    {
        yield return CertificateMark.OfKey(certificate);
        if (UrisOf(certificate) is [var uri]) yield return CertificateMark.OfUri(uri);
    }

    private static ImmutableArray<string> UrisOf(X509Certificate2 certificate)
    {
        if (certificate.Extensions[AlternativeNames] is not { } extension) return [];
        try
        {
            var uris = ImmutableArray.CreateBuilder<string>();
            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            var uri = new Asn1Tag(TagClass.ContextSpecific, 6);
            while (names.HasData)
                if (names.PeekTag().HasSameClassAndValue(uri))
                    uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, uri));
                else names.ReadEncodedValue();
            return uris.ToImmutable();
        }
        catch (AsnContentException)
        {
            return [];
        }
    }

    private static string DigestOf(OpenedVault vault, ReadOnlySpan<byte> hash)
    {
        Span<byte> digest = stackalloc byte[16];
        vault.Hierarchy.AuditDigest("certificate", hash, digest);
        return Convert.ToHexStringLower(digest);
    }
}
