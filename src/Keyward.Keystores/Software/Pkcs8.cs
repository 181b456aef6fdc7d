using System.Formats.Asn1;
using Keyward.Keystores.Material;

namespace Keyward.Keystores.Software;

/// <summary>PKCS#8 PrivateKeyInfo (RFC 5208, RFC 5958) of algorithms that the platform does not read. DER only, no
/// bytes behind it; attributes and the public half, if there, are skipped: it is derived.</summary>
internal static class Pkcs8
{
    private const AsnEncodingRules Rules = AsnEncodingRules.DER;

    /// <summary>The content of the private key's octet string, if the whole is one key of this algorithm.</summary>
    public static bool TryRead(ReadOnlySpan<byte> der, string oid, out ReadOnlySpan<byte> privateKey)
    {
        privateKey = default;
        try
        {
            var info = Open(der, out var rest);
            if (!rest.IsEmpty) return false;
            if (AsnDecoder.ReadInteger(info, Rules, out var read) is var version && version != 0 && version != 1)
                return false;
            var algorithm = Open(info[read..], out info);
            if (AsnDecoder.ReadObjectIdentifier(algorithm, Rules, out read) != oid
                || read != algorithm.Length) return false;
            return AsnDecoder.TryReadPrimitiveOctetString(info, Rules, out privateKey, out _);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    /// <summary>One octet string and nothing behind it.</summary>
    public static bool TryReadOctets(ReadOnlySpan<byte> der, Asn1Tag? tag, out ReadOnlySpan<byte> octets)
    {
        octets = default;
        try
        {
            return AsnDecoder.TryReadPrimitiveOctetString(der, Rules, out octets, out var read, tag)
                && read == der.Length;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    /// <summary>The seed and the expanded form of a post-quantum key (RFC 9881, RFC 9935): <c>[0] seed</c>, or a
    /// sequence of both. A key without its seed cannot be kept as one.</summary>
    public static bool TryReadSeed(
        ReadOnlySpan<byte> privateKey, out ReadOnlySpan<byte> seed, out ReadOnlySpan<byte> expanded)
    {
        expanded = default;
        if (TryReadOctets(privateKey, new Asn1Tag(TagClass.ContextSpecific, 0), out seed)) return true;
        try
        {
            var both = Open(privateKey, out var rest);
            return rest.IsEmpty && AsnDecoder.TryReadPrimitiveOctetString(both, Rules, out seed, out var read)
                && TryReadOctets(both[read..], null, out expanded);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    /// <summary>An Ed25519 seed as PrivateKeyInfo (RFC 8410, 7).</summary>
    public static SecretBytes OfEd25519(ReadOnlySpan<byte> seed)
    {
        ReadOnlySpan<byte> head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
        var der = new SecretBytes(head.Length + seed.Length);
        head.CopyTo(der.Writable);
        seed.CopyTo(der.Writable[head.Length..]);
        return der;
    }

    private static ReadOnlySpan<byte> Open(ReadOnlySpan<byte> der, out ReadOnlySpan<byte> rest)
    {
        AsnDecoder.ReadSequence(der, Rules, out var offset, out var length, out var read);
        rest = der[read..];
        return der.Slice(offset, length);
    }
}
