using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace Keyward.Keystores.Software;

/// <summary>What BouncyCastle computes but does not offer: ML-DSA over a mu from outside, SLH-DSA over an encoded
/// message (so that a digest can be signed), and the arrays of private keys, to be cleared. The members are internal to
/// a package whose version is pinned; the self-test at start fails if one of them is gone or does something
/// else.</summary>
internal static class PostQuantumAccess
{
    /// <summary>The signer, once initialised, will take this as the message's representative.</summary>
    public static void SetMu(MLDsaSigner signer, ReadOnlySpan<byte> mu) => Digest(signer) = new GivenMu(mu);

    public static byte[] Sign(SlhDsaPrivateKeyParameters key, byte[] randomizer, byte[] encoded) =>
        SignInternal(key, randomizer, encoded, 0, encoded.Length);

    public static bool Verify(SlhDsaPublicKeyParameters key, byte[] encoded, byte[] signature) =>
        VerifyInternal(key, encoded, 0, encoded.Length, signature);

    public static void Clear(MLDsaPrivateKeyParameters key)
    {
        CryptographicOperations.ZeroMemory(K(key));
        CryptographicOperations.ZeroMemory(S1(key));
        CryptographicOperations.ZeroMemory(S2(key));
        CryptographicOperations.ZeroMemory(T0(key));
        CryptographicOperations.ZeroMemory(Seed(key));
    }

    public static void Clear(MLKemPrivateKeyParameters key)
    {
        CryptographicOperations.ZeroMemory(Seed(key));
        CryptographicOperations.ZeroMemory(Encoding(key));
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_msgRepDigest")]
    private static extern ref ShakeDigest Digest(MLDsaSigner signer);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "SignInternal")]
    private static extern byte[] SignInternal(
        SlhDsaPrivateKeyParameters key, byte[] randomizer, byte[] encoded, int offset, int length);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "VerifyInternal")]
    private static extern bool VerifyInternal(
        SlhDsaPublicKeyParameters key, byte[] encoded, int offset, int length, byte[] signature);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_k")]
    private static extern ref byte[] K(MLDsaPrivateKeyParameters key);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_s1")]
    private static extern ref byte[] S1(MLDsaPrivateKeyParameters key);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_s2")]
    private static extern ref byte[] S2(MLDsaPrivateKeyParameters key);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_t0")]
    private static extern ref byte[] T0(MLDsaPrivateKeyParameters key);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_seed")]
    private static extern ref byte[] Seed(MLDsaPrivateKeyParameters key);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_seed")]
    private static extern ref byte[] Seed(MLKemPrivateKeyParameters key);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_encoding")]
    private static extern ref byte[] Encoding(MLKemPrivateKeyParameters key);

    /// <summary>Gives the mu where the engine squeezes it out (FIPS 204, algorithm 7, line 6), and is an ordinary
    /// SHAKE256 afterwards, since the engine goes on to use it for the commitment hash.</summary>
    private sealed class GivenMu : ShakeDigest
    {
        private byte[]? _mu;

        public GivenMu(ReadOnlySpan<byte> mu)
            : base(256) => _mu = mu.ToArray();

        public override int OutputFinal(Span<byte> output)
        {
            if (_mu is not { } mu) return base.OutputFinal(output);
            mu.CopyTo(output);
            return Given();
        }

        public override int OutputFinal(byte[] output, int outOff, int outLen)
        {
            if (_mu is not { } mu) return base.OutputFinal(output, outOff, outLen);
            mu.CopyTo(output, outOff);
            return Given();
        }

        private int Given()
        {
            var length = _mu!.Length;
            _mu = null;
            Reset();
            return length;
        }
    }
}
