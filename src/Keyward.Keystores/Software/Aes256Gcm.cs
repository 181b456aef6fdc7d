using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Keyward.Keystores.Software;

/// <summary>AES-256-GCM (SP 800-38D) with a nonce of 96 and a tag of 128 bits, under a key that serves one message. The
/// platform's class makes and frees a context for each, which takes longer than the encryption of a short message;
/// here each thread keeps one of libcrypto's. Where libcrypto is not found under its usual name, the platform's class
/// does it.</summary>
/// <remarks>The context never holds a message's key for longer than that message: the schedule of an empty key takes
/// its place.</remarks>
internal static unsafe partial class Aes256Gcm
{
    public const int KeySizeBytes = 32;
    public const int NonceSizeBytes = 12;
    public const int TagSizeBytes = 16;

    private const string Library = "libcrypto.so.3";

    // EVP_CTRL_AEAD_GET_TAG and EVP_CTRL_AEAD_SET_TAG of openssl/evp.h.
    private const int GetTag = 0x10;
    private const int SetTag = 0x11;

    private static readonly nint Cipher = FindCipher();
    private static readonly byte[] NoKey = new byte[KeySizeBytes];

    [ThreadStatic]
    private static ContextHandle? _ofThread;

    public static void Encrypt(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext,
        Span<byte> tag, ReadOnlySpan<byte> associated)
    {
        Demand(key, nonce, plaintext, ciphertext, tag);
        if (Cipher == 0)
        {
            using var gcm = new AesGcm(key, TagSizeBytes);
            gcm.Encrypt(nonce, plaintext, ciphertext, tag, associated);
            return;
        }

        var context = OfThread();
        try
        {
            Begin(context, key, nonce, encrypts: 1);
            Associate(context, associated);
            Transform(context, plaintext, ciphertext);
            fixed (byte* to = tag)
                if (!End(context) || EVP_CIPHER_CTX_ctrl(context, GetTag, TagSizeBytes, to) != 1) throw Refused();
        }
        finally
        {
            Begin(context, NoKey, nonce, encrypts: 1);
        }
    }

    /// <summary>False, with a cleared plaintext, if the tag does not hold.</summary>
    public static bool TryDecrypt(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag,
        Span<byte> plaintext, ReadOnlySpan<byte> associated)
    {
        Demand(key, nonce, ciphertext, plaintext, tag);
        if (Cipher == 0) return TryDecryptByPlatform(key, nonce, ciphertext, tag, plaintext, associated);
        var context = OfThread();
        var holds = false;
        try
        {
            Begin(context, key, nonce, encrypts: 0);
            fixed (byte* from = tag)
                if (EVP_CIPHER_CTX_ctrl(context, SetTag, TagSizeBytes, from) != 1) throw Refused();
            Associate(context, associated);
            Transform(context, ciphertext, plaintext);
            holds = End(context);
            return holds;
        }
        finally
        {
            if (!holds) CryptographicOperations.ZeroMemory(plaintext);
            Begin(context, NoKey, nonce, encrypts: 1);
        }
    }

    private static void Demand(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> from,
        ReadOnlySpan<byte> to, ReadOnlySpan<byte> tag)
    {
        if (key.Length != KeySizeBytes || nonce.Length != NonceSizeBytes || tag.Length != TagSizeBytes
            || from.Length != to.Length)
            throw new ArgumentException("A key has 32 bytes, a nonce 12, a tag 16, both texts the same size.");
    }

    private static void Begin(nint context, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, int encrypts)
    {
        fixed (byte* with = key, of = nonce)
            if (EVP_CipherInit_ex2(context, 0, with, of, encrypts, 0) != 1) throw Refused();
    }

    private static void Associate(nint context, ReadOnlySpan<byte> associated)
    {
        if (associated.IsEmpty) return;
        int size;
        fixed (byte* from = associated)
            if (EVP_CipherUpdate(context, null, &size, from, associated.Length) != 1) throw Refused();
    }

    private static void Transform(nint context, ReadOnlySpan<byte> from, Span<byte> to)
    {
        if (from.IsEmpty) return;
        int size;
        fixed (byte* source = from, target = to)
            if (EVP_CipherUpdate(context, target, &size, source, from.Length) != 1 || size != from.Length)
                throw Refused();
    }

    /// <summary>Of a decryption: whether the tag holds.</summary>
    private static bool End(nint context)
    {
        var rest = stackalloc byte[TagSizeBytes];
        int size;
        return EVP_CipherFinal_ex(context, rest, &size) == 1;
    }

    private static bool TryDecryptByPlatform(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag,
        Span<byte> plaintext, ReadOnlySpan<byte> associated)
    {
        using var gcm = new AesGcm(key, TagSizeBytes);
        try
        {
            gcm.Decrypt(nonce, ciphertext, tag, plaintext, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(plaintext);
            return false;
        }
    }

    private static CryptographicException Refused() => new("libcrypto refused AES-256-GCM.");

    private static nint FindCipher() =>
        NativeLibrary.TryLoad(Library, out _) ? EVP_CIPHER_fetch(0, "AES-256-GCM", 0) : 0;

    private static nint OfThread()
    {
        if (_ofThread is { } kept) return kept.Pointer;
        var context = EVP_CIPHER_CTX_new();
        if (context.IsInvalid || EVP_CipherInit_ex2(context.Pointer, Cipher, null, null, 1, 0) != 1) throw Refused();
        _ofThread = context;
        return context.Pointer;
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint EVP_CIPHER_fetch(nint library, string name, nint properties);

    [LibraryImport(Library)]
    private static partial ContextHandle EVP_CIPHER_CTX_new();

    [LibraryImport(Library)]
    private static partial void EVP_CIPHER_CTX_free(nint context);

    [LibraryImport(Library)]
    private static partial int EVP_CipherInit_ex2(
        nint context, nint cipher, byte* key, byte* nonce, int encrypts, nint parameters);

    [LibraryImport(Library)]
    private static partial int EVP_CipherUpdate(nint context, byte* to, int* written, byte* from, int size);

    [LibraryImport(Library)]
    private static partial int EVP_CipherFinal_ex(nint context, byte* to, int* written);

    [LibraryImport(Library)]
    private static partial int EVP_CIPHER_CTX_ctrl(nint context, int what, int size, byte* bytes);

    /// <summary>Belongs to one thread, and is freed after it has ended.</summary>
    private sealed class ContextHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        public nint Pointer => handle;

        protected override bool ReleaseHandle()
        {
            EVP_CIPHER_CTX_free(handle);
            return true;
        }
    }
}
