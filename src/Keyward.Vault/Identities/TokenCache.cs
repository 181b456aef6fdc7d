using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Identities;

/// <summary>A token whose signature held: which credential stands behind it and until when. Whether that credential
/// still counts is judged by the snapshot at every use.</summary>
/// <param name="Digest">The token's keyed digest, for records; made once a token.</param>
internal sealed record KnownToken(Caller Caller, DateTimeOffset Expires, string? Digest = null);

/// <summary>Verified tokens by their SHA-256, so that an asymmetric check is made once a token and no cache holds a
/// token that could be used. Bounded: when it is full it begins anew.</summary>
internal sealed class TokenCache
{
    private const int MaximumTokens = 10_000;

    private readonly ConcurrentDictionary<(UInt128, UInt128), KnownToken> _known = new();

    public static (UInt128, UInt128) KeyOf(ReadOnlySpan<char> token)
    {
        Span<byte> hash = stackalloc byte[32];
        var size = Encoding.UTF8.GetMaxByteCount(token.Length);
        Span<byte> text = size <= 4_096 ? stackalloc byte[4_096] : new byte[size];
        Sha256.HashData(text[..Encoding.UTF8.GetBytes(token, text)], hash);
        return (System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash),
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }

    /// <summary>A certificate's key; no token has the same one.</summary>
    public static (UInt128, UInt128) KeyOf(ReadOnlySpan<byte> certificate)
    {
        Span<byte> hash = stackalloc byte[32];
        using var hasher = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hasher.AppendData("certificate\0"u8);
        hasher.AppendData(certificate);
        hasher.GetHashAndReset(hash);
        return (System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash),
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }

    /// <summary>Whether a token was judged good before; costs one hash.</summary>
    public bool Knows(BearerProof proof) => proof.Use == ProofUse.Door
        && proof.Text.Length <= AssertionClaims.MaximumSizeBytes && _known.ContainsKey(KeyOf(proof.Text.Span));

    public KnownToken? Find((UInt128, UInt128) key) => _known.GetValueOrDefault(key);

    public void Add((UInt128, UInt128) key, KnownToken token)
    {
        if (_known.Count >= MaximumTokens) _known.Clear();
        _known[key] = token;
    }

    public void Remove((UInt128, UInt128) key) => _known.TryRemove(key, out _);
}
