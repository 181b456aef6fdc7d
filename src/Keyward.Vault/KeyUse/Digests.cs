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
            passage.Record.ContextDigest = Convert.ToHexStringLower(digest);
        }

        hierarchy.AuditDigest("ciphertext", ciphertext, digest);
        passage.Record.CiphertextDigest = Convert.ToHexStringLower(digest);
    }
}
