using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Keyward.Keystores.Software;

/// <summary>RSA with PKCS#1 v1.5 padding of type 1 around bytes as they are (RFC 8017, 9.2, without its steps 1 and 2).
/// The platform knows no signature without a hash's name, so libcrypto is called: no digest is set on the context,
/// hence no DigestInfo is written. Safe for concurrent use: each call has a context of its own.</summary>
internal sealed partial class RawPkcs1 : IDisposable
{
    private const int Pkcs1Padding = 1;

    private readonly KeyHandle _key;
    private readonly int _sizeBytes;

    public RawPkcs1(ReadOnlySpan<byte> pkcs8)
    {
        unsafe
        {
            fixed (byte* start = pkcs8)
            {
                var position = start;
                _key = d2i_AutoPrivateKey(0, ref position, pkcs8.Length);
            }
        }

        if (_key.IsInvalid) throw new CryptographicException("libcrypto does not read the key.");
        _sizeBytes = EVP_PKEY_get_size(_key);
    }

    public byte[] Sign(ReadOnlySpan<byte> bytes)
    {
        using var context = ContextOf(_key);
        var signature = new byte[_sizeBytes];
        nuint length = (nuint)signature.Length;
        Expect(EVP_PKEY_sign_init(context));
        Expect(EVP_PKEY_CTX_set_rsa_padding(context, Pkcs1Padding));
        Expect(EVP_PKEY_sign(context, signature, ref length, bytes, (nuint)bytes.Length));
        return signature;
    }

    public bool Verify(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature)
    {
        using var context = ContextOf(_key);
        Expect(EVP_PKEY_verify_init(context));
        Expect(EVP_PKEY_CTX_set_rsa_padding(context, Pkcs1Padding));
        return EVP_PKEY_verify(context, signature, (nuint)signature.Length, bytes, (nuint)bytes.Length) == 1;
    }

    public void Dispose() => _key.Dispose();

    public override string ToString() => nameof(RawPkcs1);

    private static ContextHandle ContextOf(KeyHandle key)
    {
        var context = EVP_PKEY_CTX_new(key, 0);
        return context.IsInvalid ? throw new CryptographicException("libcrypto gives no context.") : context;
    }

    /// <summary>libcrypto's message stays in its queue: it may tell of the key.</summary>
    private static void Expect(int result)
    {
        if (result != 1) throw new CryptographicException("libcrypto refused a raw RSA signature.");
    }

    private const string Library = "libcrypto.so.3";

    [LibraryImport(Library)]
    private static unsafe partial KeyHandle d2i_AutoPrivateKey(nint key, ref byte* bytes, nint length);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_get_size(KeyHandle key);

    [LibraryImport(Library)]
    private static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    private static partial ContextHandle EVP_PKEY_CTX_new(KeyHandle key, nint engine);

    [LibraryImport(Library)]
    private static partial void EVP_PKEY_CTX_free(nint context);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_CTX_set_rsa_padding(ContextHandle context, int padding);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_sign_init(ContextHandle context);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_sign(
        ContextHandle context, Span<byte> signature, ref nuint signatureSize, ReadOnlySpan<byte> bytes, nuint size);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_verify_init(ContextHandle context);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_verify(ContextHandle context, ReadOnlySpan<byte> signature,
        nuint signatureSize, ReadOnlySpan<byte> bytes, nuint size);

    private sealed class KeyHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_PKEY_free(handle);
            return true;
        }
    }

    private sealed class ContextHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_PKEY_CTX_free(handle);
            return true;
        }
    }
}
