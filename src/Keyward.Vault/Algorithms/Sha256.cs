using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Keyward.Vault.Algorithms;

/// <summary>SHA-256 (FIPS 180-4) of many short messages: token, record, leaf, node. The platform's one-shot method
/// makes and frees a context for each, which takes longer than the hash of such a message; here each thread keeps one
/// of libcrypto's. Where libcrypto is not found under its usual name, the platform's method does it.</summary>
public static unsafe partial class Sha256
{
    public const int SizeBytes = 32;

    private const string Library = "libcrypto.so.3";

    private static readonly nint Digest = FindDigest();

    [ThreadStatic]
    private static ContextHandle? _ofThread;

    /// <param name="hash">Takes the hash; may be where the message lies.</param>
    public static void HashData(ReadOnlySpan<byte> message, Span<byte> hash) => HashData(message, [], [], hash);

    /// <summary>The hash of three parts, one behind the other.</summary>
    internal static void HashData(
        ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third, Span<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hash.Length, SizeBytes);
        if (Digest == 0)
        {
            HashByPlatform(first, second, third, hash);
            return;
        }

        var context = (_ofThread ??= NewContext()).Pointer;
        if (EVP_DigestInit_ex2(context, Digest, 0) != 1) throw Refused();
        Update(context, first);
        Update(context, second);
        Update(context, third);
        uint size;
        fixed (byte* to = hash)
            if (EVP_DigestFinal_ex(context, to, &size) != 1) throw Refused();
    }

    private static void Update(nint context, ReadOnlySpan<byte> part)
    {
        if (part.IsEmpty) return;
        fixed (byte* from = part)
            if (EVP_DigestUpdate(context, from, (nuint)part.Length) != 1) throw Refused();
    }

    private static void HashByPlatform(
        ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third, Span<byte> hash)
    {
        using var parts = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        parts.AppendData(first);
        parts.AppendData(second);
        parts.AppendData(third);
        parts.GetHashAndReset(hash);
    }

    private static CryptographicException Refused() => new("libcrypto refused to hash.");

    private static nint FindDigest() => NativeLibrary.TryLoad(Library, out _) ? EVP_MD_fetch(0, "SHA256", 0) : 0;

    private static ContextHandle NewContext()
    {
        var context = EVP_MD_CTX_new();
        return context.IsInvalid ? throw new CryptographicException("libcrypto gives no context.") : context;
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint EVP_MD_fetch(nint library, string name, nint properties);

    [LibraryImport(Library)]
    private static partial ContextHandle EVP_MD_CTX_new();

    [LibraryImport(Library)]
    private static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(Library)]
    private static partial int EVP_DigestInit_ex2(nint context, nint digest, nint parameters);

    [LibraryImport(Library)]
    private static partial int EVP_DigestUpdate(nint context, byte* bytes, nuint size);

    [LibraryImport(Library)]
    private static partial int EVP_DigestFinal_ex(nint context, byte* hash, uint* size);

    /// <summary>Belongs to one thread, and is freed after it has ended.</summary>
    private sealed class ContextHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        public nint Pointer => handle;

        protected override bool ReleaseHandle()
        {
            EVP_MD_CTX_free(handle);
            return true;
        }
    }
}
