using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Keyward.Keystores.Material;

namespace Keyward.Keystores.Software;

/// <summary>One opened AES-256 key for XAES-256-GCM (C2SP, XAES-256-GCM): a 192-bit nonce, of which the first half
/// derives a message key and the second is GCM's nonce. 2^80 messages at a collision risk of 2^-32; not resistant to
/// nonce misuse; commits to its key only with <see cref="DeriveAndCommit"/>.</summary>
/// <remarks>Safe for concurrent use: each thread takes a context of its own, which must not be shared (it corrupts
/// silently). The owner disposes it when no thread uses it.</remarks>
internal sealed class Xaes256Gcm : IDisposable
{
    public const int KeySizeBytes = 32;
    public const int NonceSizeBytes = 24;
    public const int TagSizeBytes = 16;
    public const int CommitmentSizeBytes = 32;

    private const int BlockSizeBytes = 16;
    private const int HalfNonceSizeBytes = 12;

    private readonly Aes _aes;
    private readonly CoreSlots<AesBlocks> _contexts;

    /// <summary>K1 of CMAC (SP 800-38B §6.1), the same for every message.</summary>
    private readonly SecretBytes _subkey;

    public Xaes256Gcm(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeySizeBytes) throw new ArgumentException("An XAES-256-GCM key has 32 bytes.", nameof(key));
        _aes = Aes.Create();
        _aes.SetKey(key);
        (_aes.Mode, _aes.Padding) = (CipherMode.ECB, PaddingMode.None);
        _subkey = new SecretBytes(BlockSizeBytes);
        _aes.EncryptEcb(_subkey.Span, _subkey.Writable, PaddingMode.None);
        Double(_subkey.Writable);
        _contexts = new CoreSlots<AesBlocks>(() => new AesBlocks(_aes, 3 * BlockSizeBytes));
    }

    /// <summary>What of a nonce is GCM's own, under the message key.</summary>
    public static ReadOnlySpan<byte> MessageNonce(ReadOnlySpan<byte> nonce) => nonce[HalfNonceSizeBytes..];

    /// <summary>The message key of a nonce.</summary>
    public void Derive(ReadOnlySpan<byte> nonce, Span<byte> messageKey)
    {
        var context = _contexts.Take();
        try
        {
            WriteKeyBlocks(nonce, context.Bytes);
            context.Encrypt(KeySizeBytes);
            context.Bytes[..KeySizeBytes].CopyTo(messageKey);
        }
        finally
        {
            PutBack(context);
        }
    }

    /// <summary>The message key of a nonce, and a commitment to key and nonce: two CMACs (SP 800-38B) of
    /// <c>XCMT ‖ nonce ‖ 00010001</c> and <c>… 00010002</c>. Finding two keys with one commitment is as hard as a
    /// collision of 128 bits' strength; GCM alone commits to no key.</summary>
    public void DeriveAndCommit(ReadOnlySpan<byte> nonce, Span<byte> messageKey, Span<byte> commitment)
    {
        var context = _contexts.Take();
        try
        {
            var blocks = context.Bytes;
            WriteKeyBlocks(nonce, blocks);
            "XCMT"u8.CopyTo(blocks[KeySizeBytes..]);
            nonce[..HalfNonceSizeBytes].CopyTo(blocks[36..]);
            context.Encrypt(blocks.Length);
            blocks[..KeySizeBytes].CopyTo(messageKey);

            // CMAC's last block: what came before it, the subkey, and the rest of the message.
            for (uint i = 0; i < 2; i++)
            {
                var block = blocks.Slice((int)i * BlockSizeBytes, BlockSizeBytes);
                nonce.Slice(HalfNonceSizeBytes, HalfNonceSizeBytes).CopyTo(block);
                BinaryPrimitives.WriteUInt32BigEndian(block[HalfNonceSizeBytes..], 0x00010001 + i);
                Xor(block, _subkey.Span);
                Xor(block, blocks[KeySizeBytes..]);
            }

            context.Encrypt(CommitmentSizeBytes);
            blocks[..CommitmentSizeBytes].CopyTo(commitment);
        }
        finally
        {
            PutBack(context);
        }
    }

    public void Encrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag,
        ReadOnlySpan<byte> associated)
    {
        Span<byte> messageKey = stackalloc byte[KeySizeBytes];
        try
        {
            Derive(nonce, messageKey);
            Aes256Gcm.Encrypt(messageKey, MessageNonce(nonce), plaintext, ciphertext, tag, associated);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(messageKey);
        }
    }

    /// <summary>False, with a cleared plaintext, if the tag does not hold.</summary>
    public bool TryDecrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext,
        ReadOnlySpan<byte> associated)
    {
        Span<byte> messageKey = stackalloc byte[KeySizeBytes];
        try
        {
            Derive(nonce, messageKey);
            return Aes256Gcm.TryDecrypt(
                messageKey, MessageNonce(nonce), ciphertext, tag, plaintext, associated);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(messageKey);
        }
    }

    public override string ToString() => nameof(Xaes256Gcm);

    public void Dispose()
    {
        _contexts.Dispose();
        _aes.Dispose();
        _subkey.Dispose();
    }

    private void PutBack(AesBlocks context)
    {
        CryptographicOperations.ZeroMemory(context.Bytes);
        _contexts.Return(context);
    }

    private void WriteKeyBlocks(ReadOnlySpan<byte> nonce, Span<byte> blocks)
    {
        for (byte i = 0; i < 2; i++)
        {
            var block = blocks.Slice(i * BlockSizeBytes, BlockSizeBytes);
            // SP 800-108 in counter mode with CMAC: counter, label "X", a zero, and the context.
            (block[0], block[1], block[2], block[3]) = (0, (byte)(i + 1), 0x58, 0);
            nonce[..HalfNonceSizeBytes].CopyTo(block[4..]);
            Xor(block, _subkey.Span);
        }
    }

    private static void Xor(Span<byte> block, ReadOnlySpan<byte> other)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(block[..BlockSizeBytes]);
        var others = MemoryMarshal.Cast<byte, ulong>(other[..BlockSizeBytes]);
        words[0] ^= others[0];
        words[1] ^= others[1];
    }

    /// <summary>Doubling in GF(2^128), without a branch on a secret bit.</summary>
    private static void Double(Span<byte> block)
    {
        var value = BinaryPrimitives.ReadUInt128BigEndian(block);
        var top = unchecked((byte)(0 - (byte)(value >> 127)));
        BinaryPrimitives.WriteUInt128BigEndian(block, value << 1);
        block[^1] ^= (byte)(top & 0x87);
    }
}
