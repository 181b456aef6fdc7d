using System.Buffers.Binary;
using Keyward.Vault.Gate;

namespace Keyward.Vault.KeyUse;

/// <summary>Keyed digests for the record, by which an investigator who holds the bytes finds the call; an unkeyed hash
/// of a row number or an e-mail address would give it away.</summary>
internal static class Digests
{
    public static void Set(Passage passage, Context context, ReadOnlySpan<byte> ciphertext)
    {
        var hierarchy = passage.Vault.Hierarchy;
        Span<byte> digest = stackalloc byte[16];
        if (!context.IsNone)
        {
            hierarchy.AuditDigest("aad", context.Encoded[1..], digest);
            passage.Record.ContextDigest = BinaryPrimitives.ReadUInt128BigEndian(digest);
        }

        hierarchy.AuditDigest("ciphertext", ciphertext, digest);
        passage.Record.CiphertextDigest = BinaryPrimitives.ReadUInt128BigEndian(digest);
    }

    /// <summary>The digest of further bytes. Labels: <c>message</c>, <c>digest</c> (what was to be signed),
    /// <c>signature</c>, <c>mac</c>, <c>ciphertext</c>, <c>aad</c>, <c>public_key</c>.</summary>
    public static void Add(Passage passage, string label, ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[16];
        passage.Vault.Hierarchy.AuditDigest(label, bytes, digest);
        passage.Record.Digest(label, Convert.ToHexStringLower(digest));
    }
}
