namespace Keyward.Vault.Audit.Tree;

/// <summary>Checks proofs with hashes alone (RFC 6962 §2.1.1, §2.1.2).</summary>
internal static class TreeProof
{
    /// <summary>A proof has a hash for each level at most; 63 levels hold any log.</summary>
    public const int MaximumHashes = 63;

    /// <summary>The root that a leaf at an index of a tree of this size leads to; null if the proof has not the length
    /// of one.</summary>
    public static byte[]? RootOf(long index, long size, ReadOnlySpan<byte> leafHash, IReadOnlyList<byte[]> proof)
    {
        if (index < 0 || index >= size) return null;
        var hash = leafHash.ToArray();
        var (node, last) = (index, size - 1);
        foreach (var sibling in proof)
        {
            if (last == 0) return null;
            if ((node & 1) == 1 || node == last)
            {
                hash = Merkle.HashNode(sibling, hash);
                while ((node & 1) == 0 && node > 0) (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                hash = Merkle.HashNode(hash, sibling);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 ? hash : null;
    }

    /// <summary>Whether a tree of <paramref name="size"/> leaves begins with one of <paramref name="oldSize"/>.
    /// </summary>
    public static bool IsConsistent(
        long oldSize, ReadOnlySpan<byte> oldRoot, long size, ReadOnlySpan<byte> root, IReadOnlyList<byte[]> proof)
    {
        if (oldSize < 0 || oldSize > size) return false;
        if (oldSize == size) return proof.Count == 0 && oldRoot.SequenceEqual(root);
        if (oldSize == 0) return proof.Count == 0 && oldRoot.SequenceEqual(Merkle.EmptyRoot);
        var (node, last) = (oldSize - 1, size - 1);
        while ((node & 1) == 1) (node, last) = (node >> 1, last >> 1);
        var at = 0;
        // An old tree that is one whole subtree is its own first hash and is left out of the proof.
        var first = node > 0 ? (proof.Count > 0 ? proof[at++] : null) : oldRoot.ToArray();
        if (first is null) return false;
        var (oldHash, hash) = (first, first);
        for (; at < proof.Count; at++)
        {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last)
            {
                oldHash = Merkle.HashNode(proof[at], oldHash);
                hash = Merkle.HashNode(proof[at], hash);
                while ((node & 1) == 0 && node > 0) (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                hash = Merkle.HashNode(hash, proof[at]);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && oldRoot.SequenceEqual(oldHash) && root.SequenceEqual(hash);
    }
}
