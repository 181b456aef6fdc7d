using System.Buffers;
using System.Numerics;
using System.Security.Cryptography;
using Keyward.Vault.Algorithms;

namespace Keyward.Vault.Audit.Tree;

/// <summary>The hashes of RFC 6962 §2.1: a leaf is SHA-256(00 ‖ entry), a node SHA-256(01 ‖ left ‖ right), and a list
/// is split at the largest power of two below its length. Hashes stand side by side in one span.</summary>
internal static class Merkle
{
    public const int HashSizeBytes = 32;

    public static byte[] EmptyRoot => SHA256.HashData([]);

    public static void HashLeaf(ReadOnlySpan<byte> entry, Span<byte> hash)
    {
        var size = entry.Length + 1;
        var message = ArrayPool<byte>.Shared.Rent(size);
        message[0] = 0;
        entry.CopyTo(message.AsSpan(1));
        Sha256.HashData(message.AsSpan(0, size), hash);
        ArrayPool<byte>.Shared.Return(message);
    }

    public static byte[] HashLeaf(ReadOnlySpan<byte> entry)
    {
        var hash = new byte[HashSizeBytes];
        HashLeaf(entry, hash);
        return hash;
    }

    public static void HashNode(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> hash)
    {
        Span<byte> message = stackalloc byte[1 + (2 * HashSizeBytes)];
        message[0] = 1;
        left.CopyTo(message[1..]);
        right.CopyTo(message[(1 + HashSizeBytes)..]);
        Sha256.HashData(message, hash);
    }

    public static byte[] HashNode(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var hash = new byte[HashSizeBytes];
        HashNode(left, right, hash);
        return hash;
    }

    /// <summary>The root over hashes that stand for subtrees of one size, of which the last may be smaller. Pairs are
    /// hashed level by level; an odd one at the end goes up as it is, which is the same tree.</summary>
    public static byte[] Root(ReadOnlySpan<byte> hashes)
    {
        if (hashes.IsEmpty) return EmptyRoot;
        var root = new byte[HashSizeBytes];
        Reduce(hashes.ToArray(), root);
        return root;
    }

    /// <summary>The same of one hash at least, in their own room: they are gone afterwards.</summary>
    public static void Reduce(Span<byte> nodes, Span<byte> root)
    {
        while (nodes.Length > HashSizeBytes)
        {
            var pairs = nodes.Length / (2 * HashSizeBytes);
            for (var i = 0; i < pairs; i++)
            {
                var pair = nodes.Slice(i * 2 * HashSizeBytes, 2 * HashSizeBytes);
                HashNode(pair[..HashSizeBytes], pair[HashSizeBytes..], nodes.Slice(i * HashSizeBytes, HashSizeBytes));
            }

            var odd = nodes[(pairs * 2 * HashSizeBytes)..];
            odd.CopyTo(nodes[(pairs * HashSizeBytes)..]);
            nodes = nodes[..((pairs * HashSizeBytes) + odd.Length)];
        }

        nodes.CopyTo(root);
    }

    /// <summary>The largest power of two below <paramref name="count"/>, which is at least 2.</summary>
    public static long Split(long count) => 1L << (63 - BitOperations.LeadingZeroCount((ulong)(count - 1)));
}
