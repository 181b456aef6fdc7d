using System.Formats.Asn1;
using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Vault.Algorithms;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.X509;

namespace Keyward.Keystores.Software;

/// <summary>SLH-DSA-SHA2-128s (FIPS 205) by BouncyCastle: pure, or over a SHA-256 digest in the pre-hash form; empty
/// context, hedged. A signature costs about a second. Kept as the 64 bytes of the private key (FIPS 205,
/// 9.1).</summary>
internal sealed class SlhDsaPair : ISigningPair
{
    public const int PrivateKeySizeBytes = 64;
    public const string Oid = "2.16.840.1.101.3.4.3.20";

    private const int RandomizerSizeBytes = 16;

    private readonly SlhDsaPrivateKeyParameters _private;
    private readonly SlhDsaPublicKeyParameters _public;

    public SlhDsaPair(ReadOnlySpan<byte> privateKey)
    {
        var copy = privateKey.ToArray();
        _private = SlhDsaPrivateKeyParameters.FromEncoding(SlhDsaParameters.slh_dsa_sha2_128s, copy);
        CryptographicOperations.ZeroMemory(copy);
        _public = _private.GetPublicKey();
        RawPublicKey = _public.GetEncoded();
        PublicKey = SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(_public).GetEncoded();
    }

    public byte[] PublicKey { get; }

    public byte[] RawPublicKey { get; }

    public static SecretBytes Make()
    {
        var generator = new SlhDsaKeyPairGenerator();
        generator.Init(new SlhDsaKeyGenerationParameters(
            KernelSecureRandom.Instance, SlhDsaParameters.slh_dsa_sha2_128s));
        var encoded = ((SlhDsaPrivateKeyParameters)generator.GenerateKeyPair().Private).GetEncoded();
        var secret = new SecretBytes(encoded);
        CryptographicOperations.ZeroMemory(encoded);
        return secret;
    }

    public byte[] Sign(Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input)
    {
        var randomizer = new byte[RandomizerSizeBytes];
        KernelRandom.Fill(randomizer);
        return PostQuantumAccess.Sign(_private, randomizer, Encode(scheme, kind, input));
    }

    public bool Verify(Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature) =>
        PostQuantumAccess.Verify(_public, Encode(scheme, kind, input), signature.ToArray());

    public bool IsConsistent()
    {
        var message = "pair"u8;
        return Verify(Scheme.SlhDsa, SignatureInput.Message, message,
            Sign(Scheme.SlhDsa, SignatureInput.Message, message));
    }

    public void Dispose()
    {
    }

    public override string ToString() => nameof(SlhDsaPair);

    /// <summary>FIPS 205, algorithm 22 line 8 (pure) and algorithm 23 line 25 (pre-hash), for an empty
    /// context.</summary>
    private static byte[] Encode(Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input)
    {
        if (scheme != Scheme.HashSlhDsaSha256) return [0, 0, .. input];
        Span<byte> buffer = stackalloc byte[64];
        return [1, 0, .. Sha256Oid, .. Hashing.Digest(scheme, kind, input, buffer)];
    }

    private static readonly byte[] Sha256Oid = EncodeOid("2.16.840.1.101.3.4.2.1");

    private static byte[] EncodeOid(string oid)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteObjectIdentifier(oid);
        return writer.Encode();
    }
}
