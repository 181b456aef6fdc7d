using System.Security.Cryptography;
using Keyward.Keystores.Software;

namespace Keyward.Tests.Keystores;

/// <summary>Makes a format 1 ciphertext whose GCM body and tag hold under two keys at once ("invisible salamanders",
/// Dodis, Grubbs, Ristenpart, Woodage 2018): with the nonce fixed, GHASH is linear in each block, so one free block
/// makes the two tags equal.</summary>
internal static class Salamander
{
    public static byte[] Make(Xaes256Gcm first, Xaes256Gcm second, Xaes256Gcm owner, Guid id)
    {
        var ciphertext = new byte[78 + 32 + 16];
        Keyward.Vault.KeyUse.Ciphertext.WritePrefix(ciphertext, id, 1);
        RandomNumberGenerator.Fill(ciphertext.AsSpan(22, 24));
        var nonce = ciphertext.AsSpan(22, 24).ToArray();
        owner.DeriveAndCommit(nonce, new byte[32], ciphertext.AsSpan(46, 32));
        RandomNumberGenerator.Fill(ciphertext.AsSpan(78, 16));

        byte[] associated = [.. ciphertext[..78], 0];
        var blocks = Blocks(associated);
        var fixedBlock = Element(ciphertext.AsSpan(78, 16));
        var lengths = ((UInt128)(ulong)(associated.Length * 8) << 64) | 256;
        var (a, b) = (Side.Of(first, nonce), Side.Of(second, nonce));
        // tag = E(J0) + Σ aad·H^k + fixed·H^3 + free·H^2 + lengths·H; equal for both sides; solve for the free block.
        var target = a.Tag(blocks, fixedBlock, lengths) ^ b.Tag(blocks, fixedBlock, lengths);
        var free = Multiply(target, Inverse(Multiply(a.Hash, a.Hash) ^ Multiply(b.Hash, b.Hash)));
        Write(free, ciphertext.AsSpan(94, 16));
        var tag = a.Tag(blocks, fixedBlock, lengths) ^ Multiply(free, Multiply(a.Hash, a.Hash));
        Write(tag, ciphertext.AsSpan(110, 16));
        return ciphertext;
    }

    private sealed record Side(UInt128 Hash, UInt128 Mask)
    {
        public static Side Of(Xaes256Gcm cipher, byte[] nonce)
        {
            var key = new byte[32];
            cipher.Derive(nonce, key);
            using var aes = Aes.Create();
            aes.Key = key;
            var mask = aes.EncryptEcb([.. nonce[12..], 0, 0, 0, 1], PaddingMode.None);
            return new Side(Element(aes.EncryptEcb(new byte[16], PaddingMode.None)), Element(mask));
        }

        /// <summary>The tag with a zero in place of the free block.</summary>
        public UInt128 Tag(IEnumerable<UInt128> blocks, UInt128 fixedBlock, UInt128 lengths)
        {
            var sum = UInt128.Zero;
            foreach (var block in blocks.Append(fixedBlock).Append(UInt128.Zero).Append(lengths))
                sum = Multiply(sum ^ block, Hash);
            return sum ^ Mask;
        }
    }

    private static List<UInt128> Blocks(byte[] bytes)
    {
        var padded = new byte[(bytes.Length + 15) / 16 * 16];
        bytes.CopyTo(padded, 0);
        return [.. padded.Chunk(16).Select(chunk => Element(chunk))];
    }

    private static UInt128 Element(ReadOnlySpan<byte> block) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(block);

    private static void Write(UInt128 element, Span<byte> block) =>
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(block, element);

    /// <summary>SP 800-38D §6.3: bits count from the left.</summary>
    private static UInt128 Multiply(UInt128 x, UInt128 y)
    {
        var (product, v) = (UInt128.Zero, y);
        for (var bit = 127; bit >= 0; bit--)
        {
            if (((x >> bit) & 1) != 0) product ^= v;
            v = (v & 1) != 0 ? (v >> 1) ^ ((UInt128)0xe1 << 120) : v >> 1;
        }

        return product;
    }

    /// <summary>x^(2^128 − 2).</summary>
    private static UInt128 Inverse(UInt128 x)
    {
        var (result, square) = ((UInt128)1 << 127, x);
        for (var i = 1; i < 128; i++)
        {
            square = Multiply(square, square);
            result = Multiply(result, square);
        }

        return result;
    }
}
