using System.Formats.Asn1;
using System.Security.Cryptography;
using Keyward.Vault.Algorithms;

namespace Keyward.Keystores.Software;

/// <summary>Elliptic curves in Weierstrass form (SEC 1, FIPS 186-5): ECDSA with ASN.1 DER signatures, or ECDH (SEC 1,
/// 3.3.1) whose result is the raw x coordinate. Kept as PKCS#8 with a named curve. OpenSSL draws nonces hedged with the
/// key and checks points.</summary>
internal sealed class EcPair : ISigningPair
{
    /// <summary>A P-521 PKCS#8 has some 240 bytes.</summary>
    public const int MaximumPkcs8SizeBytes = 512;

    private readonly ECDsa _signing = ECDsa.Create();
    private readonly ECDiffieHellman _agreement = ECDiffieHellman.Create();

    public EcPair(ReadOnlySpan<byte> pkcs8)
    {
        _signing.ImportPkcs8PrivateKey(pkcs8, out _);
        _agreement.ImportPkcs8PrivateKey(pkcs8, out _);
        PublicKey = _signing.ExportSubjectPublicKeyInfo();
        CurveOid = OidOf(_signing.ExportParameters(false).Curve);
    }

    public byte[] PublicKey { get; }

    public byte[] RawPublicKey => [];

    public string? CurveOid { get; }

    public static string OidOf(MaterialKind kind) => kind switch
    {
        MaterialKind.EcP256 => "1.2.840.10045.3.1.7",
        MaterialKind.EcP384 => "1.3.132.0.34",
        MaterialKind.EcP521 => "1.3.132.0.35",
        MaterialKind.EcSecp256k1 => "1.3.132.0.10",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public byte[] Sign(Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input)
    {
        Span<byte> buffer = stackalloc byte[64];
        return _signing.SignHash(
            Hashing.Digest(scheme, kind, input, buffer), DSASignatureFormat.Rfc3279DerSequence);
    }

    public bool Verify(Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature) =>
        Verify(_signing, scheme, kind, input, signature);

    /// <summary>The same under any public key.</summary>
    public static bool Verify(
        ECDsa key, Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
    {
        // The platform takes integers without their leading zero; a signature has one encoding here (SEC 1, C.8).
        if (!IsCanonical(signature)) return false;
        Span<byte> buffer = stackalloc byte[64];
        var digest = Hashing.Digest(scheme, kind, input, buffer);
        try
        {
            return key.VerifyHash(digest, signature, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>False for what is not a SubjectPublicKeyInfo of a point on this curve, named by its OID.</summary>
    public bool TryAgree(ReadOnlySpan<byte> publicKey, out byte[] secret)
    {
        secret = [];
        try
        {
            using var other = ECDiffieHellman.Create();
            other.ImportSubjectPublicKeyInfo(publicKey, out var read);
            if (read != publicKey.Length || OidOf(other.ExportParameters(false).Curve) != CurveOid) return false;
            using var point = other.PublicKey;
            secret = _agreement.DeriveRawSecretAgreement(point);
            return true;
        }
        catch (Exception failure) when (failure is CryptographicException or PlatformNotSupportedException)
        {
            // Bytes that are no key, and curves that the platform has not.
            return false;
        }
    }

    public bool IsConsistent()
    {
        var message = "pair"u8;
        if (!Verify(Scheme.EcdsaSha256, SignatureInput.Message, message,
            Sign(Scheme.EcdsaSha256, SignatureInput.Message, message))) return false;
        using var other = ECDiffieHellman.Create(ECCurve.CreateFromValue(CurveOid!));
        using var mine = _agreement.PublicKey;
        return TryAgree(other.ExportSubjectPublicKeyInfo(), out var secret)
            && CryptographicOperations.FixedTimeEquals(secret, other.DeriveRawSecretAgreement(mine));
    }

    public void Dispose()
    {
        _signing.Dispose();
        _agreement.Dispose();
    }

    public override string ToString() => nameof(EcPair);

    /// <summary>Is this the DER of two positive integers, and nothing behind it?</summary>
    private static bool IsCanonical(ReadOnlySpan<byte> signature)
    {
        try
        {
            if (!AsnDecoder.TryReadEncodedValue(signature, AsnEncodingRules.DER, out var tag, out var at,
                out var length, out var consumed)
                || tag != Asn1Tag.Sequence || consumed != signature.Length) return false;
            var numbers = signature.Slice(at, length);
            if (AsnDecoder.ReadInteger(numbers, AsnEncodingRules.DER, out var used).Sign <= 0) return false;
            numbers = numbers[used..];
            return AsnDecoder.ReadInteger(numbers, AsnEncodingRules.DER, out used).Sign > 0 && used == numbers.Length;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    /// <summary>Null for a curve that is given by its equation: one could be given that only looks like ours.</summary>
    private static string? OidOf(ECCurve curve) => curve.IsNamed ? curve.Oid.Value : null;
}
