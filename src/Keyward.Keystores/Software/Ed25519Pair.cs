using System.Security.Cryptography;
using Keyward.Vault.Algorithms;
using NSec.Cryptography;

namespace Keyward.Keystores.Software;

/// <summary>Ed25519 and Ed25519ph (RFC 8032) by libsodium, whose verification refuses points of low order and encodings
/// that are not canonical. Kept as the 32-byte seed; the public half is always derived, never taken.</summary>
internal sealed class Ed25519Pair : ISigningPair
{
    public const int SeedSizeBytes = 32;
    public const string Oid = "1.3.101.112";

    private const int SignatureSizeBytes = 64;

    private readonly Key _pure;
    private readonly Key _prehashed;

    public Ed25519Pair(ReadOnlySpan<byte> seed)
    {
        _pure = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);
        _prehashed = Key.Import(SignatureAlgorithm.Ed25519ph, seed, KeyBlobFormat.RawPrivateKey);
        PublicKey = _pure.PublicKey.Export(KeyBlobFormat.PkixPublicKey);
        RawPublicKey = _pure.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    public byte[] PublicKey { get; }

    public byte[] RawPublicKey { get; }

    public byte[] Sign(Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input)
    {
        var (algorithm, key) = Of(scheme);
        return algorithm.Sign(key, input);
    }

    public bool Verify(Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
    {
        var (algorithm, key) = Of(scheme);
        return Verify(algorithm, key.PublicKey, input, signature);
    }

    /// <summary>The same under any public key.</summary>
    public static bool Verify(
        SignatureAlgorithm algorithm, PublicKey key, ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureSizeBytes && algorithm.Verify(key, input, signature);

    public bool IsConsistent()
    {
        var message = "pair"u8;
        return Verify(Scheme.Ed25519, SignatureInput.Message, message,
            Sign(Scheme.Ed25519, SignatureInput.Message, message));
    }

    public void Dispose()
    {
        _pure.Dispose();
        _prehashed.Dispose();
    }

    public override string ToString() => nameof(Ed25519Pair);

    private (SignatureAlgorithm Algorithm, Key Key) Of(Scheme scheme) => scheme == Scheme.Ed25519Ph
        ? (SignatureAlgorithm.Ed25519ph, _prehashed)
        : (SignatureAlgorithm.Ed25519, _pure);
}
