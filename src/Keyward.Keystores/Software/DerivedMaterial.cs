using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Keyward.Vault.Algorithms;

namespace Keyward.Keystores.Software;

/// <summary>Material that follows from a text, for development servers: the same for the same text and name, in the
/// form in which it is imported. Who knows the text knows the key, so nothing of it is secret. The derivation is part
/// of the outside (docs/reference/dev.md): HKDF-SHA-256, the name as its info.</summary>
internal static class DerivedMaterial
{
    private const string Salt = "keyward development material 1";

    /// <summary>Whether the algorithm's material can be derived; RSA's primes and SLH-DSA's keys are given.</summary>
    public static bool IsOffered(AlgorithmRow row) => row.Material is not
        (MaterialKind.Rsa or MaterialKind.SlhDsaSha2Of128s or MaterialKind.Unspecified);

    /// <summary>Bytes of any length; the least of it is an id.</summary>
    public static byte[] Bytes(string text, string name, int sizeBytes) => HKDF.DeriveKey(HashAlgorithmName.SHA256,
        Encoding.UTF8.GetBytes(text), sizeBytes, Encoding.UTF8.GetBytes(Salt), Encoding.UTF8.GetBytes(name));

    /// <summary>A UUID in the form of version 4 (RFC 9562 §5.4).</summary>
    public static Guid Id(string text, string name)
    {
        var bytes = Bytes(text, name, 16);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    public static byte[] Of(AlgorithmRow row, string text, string name) => row.Material switch
    {
        MaterialKind.Symmetric => Bytes(text, name, row.SizeBytes),
        MaterialKind.XWing => Bytes(text, name, XWingPair.SeedSizeBytes),
        MaterialKind.Ed25519 => Framed(Ed25519Pair.Oid, null, Bytes(text, name, Ed25519Pair.SeedSizeBytes)),
        MaterialKind.MlDsa44 or MaterialKind.MlDsa65 or MaterialKind.MlDsa87 =>
            Framed(MlDsaPair.OidOf(row.Material), 0, Bytes(text, name, MlDsaPair.SeedSizeBytes)),
        MaterialKind.MlKem768 or MaterialKind.MlKem1024 =>
            Framed(MlKemPair.OidOf(row.Material), 0, Bytes(text, name, MlKemPair.SeedSizeBytes)),
        MaterialKind.EcP256 or MaterialKind.EcP384 or MaterialKind.EcP521 or MaterialKind.EcSecp256k1 =>
            Ec(row.Material, text, name),
        MaterialKind.Rsa or MaterialKind.SlhDsaSha2Of128s or MaterialKind.Unspecified =>
            throw new ArgumentOutOfRangeException(nameof(row)),
    };

    /// <summary>64 bits more than the order has, reduced by it: as good as uniform (FIPS 186-5, A.2.1).</summary>
    private static byte[] Ec(MaterialKind kind, string text, string name)
    {
        var order = Order(kind);
        var sizeBytes = (int)((order.GetBitLength() + 7) / 8);
        var wide = new BigInteger(Bytes(text, name, sizeBytes + 8), isUnsigned: true, isBigEndian: true);
        var scalar = ((wide % (order - 1)) + 1).ToByteArray(isUnsigned: true, isBigEndian: true);
        var padded = new byte[sizeBytes];
        scalar.CopyTo(padded, sizeBytes - scalar.Length);
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.CreateFromValue(EcPair.OidOf(kind)), D = padded,
        });
        return key.ExportPkcs8PrivateKey();
    }

    /// <summary>The orders of the base points (SEC 2, version 2.0).</summary>
    private static BigInteger Order(MaterialKind kind) => BigInteger.Parse("0" + kind switch
    {
        MaterialKind.EcP256 => "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        MaterialKind.EcP384 => "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf" +
            "581a0db248b0a77aecec196accc52973",
        MaterialKind.EcP521 => "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa" +
            "51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
        _ => "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
    }, System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>PKCS#8 with a seed alone: in an octet string (RFC 8410), or tagged so (RFC 9881, RFC 9935).</summary>
    private static byte[] Framed(string oid, int? tag, byte[] seed)
    {
        var inner = new AsnWriter(AsnEncodingRules.DER);
        inner.WriteOctetString(seed, tag is { } number ? new Asn1Tag(TagClass.ContextSpecific, number) : null);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            using (writer.PushSequence()) writer.WriteObjectIdentifier(oid);
            writer.WriteOctetString(inner.Encode());
        }

        return writer.Encode();
    }
}
