using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Keystores.Root;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Keystores;
using Keyward.Vault.KeyUse;

namespace Keyward.Keystores.Software;

/// <summary>The keystore in the server's own memory. Keeps the keys that were used last open, at most
/// <see cref="MaximumOpened"/>; all else lies sealed in the store.</summary>
internal sealed class SoftwareKeystore(KeyHierarchy hierarchy) : IKeystore, IDisposable
{
    /// <summary>An opened AES key takes about a kilobyte, most of it native.</summary>
    private const int MaximumOpened = 10_000;

    private readonly ConcurrentDictionary<(Guid KeyId, int Version), OpenedKey> _opened = new();

    public ProtectionLevel Level => ProtectionLevel.Software;

    public IFreshMaterial Generate(Algorithm algorithm) => algorithm switch
    {
        Algorithm.Aes256Symmetric => new FreshMaterial(algorithm, SecretBytes.Random(Xaes256Gcm.KeySizeBytes)),
        Algorithm.Unspecified => throw new ArgumentOutOfRangeException(nameof(algorithm)),
    };

    public SealedKey Seal(IFreshMaterial material, byte[] projectKeyId, SealBinding binding) =>
        hierarchy.Project(projectKeyId).Seal(binding, ((FreshMaterial)material).Secret.Span);

    public void Encrypt(
        KeyMaterial material, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext, Span<byte> output)
    {
        var key = Enter(material);
        try
        {
            Encrypt(key.Aes, RandomNumberGenerator.Fill, context, plaintext, output);
        }
        finally
        {
            key.Leave();
        }
    }

    public bool TryDecrypt(
        KeyMaterial material, ReadOnlySpan<byte> context, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        var key = Enter(material);
        try
        {
            return TryDecrypt(key.Aes, context, ciphertext, plaintext);
        }
        finally
        {
            key.Leave();
        }
    }

    public void Forget(Guid keyId, int version)
    {
        if (_opened.TryRemove((keyId, version), out var key)) key.Drop();
    }

    public void SelfTest() => FormatTests.Run();

    public void Dispose()
    {
        foreach (var id in _opened.Keys) Forget(id.KeyId, id.Version);
    }

    internal delegate void NonceSource(Span<byte> nonce);

    /// <summary>Format 1 behind its 22-byte prefix (docs/reference/format.md).</summary>
    internal static void Encrypt(Aes aes, NonceSource nonces, ReadOnlySpan<byte> context,
        ReadOnlySpan<byte> plaintext, Span<byte> output)
    {
        var nonce = output.Slice(Ciphertext.PrefixSizeBytes, Ciphertext.NonceSizeBytes);
        nonces(nonce);
        Xaes256Gcm.Commit(aes, nonce, CommitmentOf(output));
        var body = output[Ciphertext.HeaderSizeBytes..];
        var aad = ArrayPool<byte>.Shared.Rent(Ciphertext.HeaderSizeBytes + context.Length);
        try
        {
            Xaes256Gcm.Encrypt(aes, nonce, plaintext, body[..plaintext.Length], body[plaintext.Length..],
                WriteAad(aad, output, context));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(aad);
        }
    }

    internal static bool TryDecrypt(
        Aes aes, ReadOnlySpan<byte> context, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        var nonce = ciphertext.Slice(Ciphertext.PrefixSizeBytes, Ciphertext.NonceSizeBytes);
        Span<byte> commitment = stackalloc byte[Ciphertext.CommitmentSizeBytes];
        Xaes256Gcm.Commit(aes, nonce, commitment);
        if (!CryptographicOperations.FixedTimeEquals(commitment, ciphertext.Slice(
            Ciphertext.PrefixSizeBytes + Ciphertext.NonceSizeBytes, Ciphertext.CommitmentSizeBytes))) return false;
        var body = ciphertext[Ciphertext.HeaderSizeBytes..];
        var aad = ArrayPool<byte>.Shared.Rent(Ciphertext.HeaderSizeBytes + context.Length);
        try
        {
            return Xaes256Gcm.TryDecrypt(aes, nonce, body[..plaintext.Length], body[plaintext.Length..], plaintext,
                WriteAad(aad, ciphertext, context));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(aad);
        }
    }

    private static Span<byte> CommitmentOf(Span<byte> ciphertext) => ciphertext.Slice(
        Ciphertext.PrefixSizeBytes + Ciphertext.NonceSizeBytes, Ciphertext.CommitmentSizeBytes);

    private static ReadOnlySpan<byte> WriteAad(byte[] aad, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> context)
    {
        ciphertext[..Ciphertext.HeaderSizeBytes].CopyTo(aad);
        context.CopyTo(aad.AsSpan(Ciphertext.HeaderSizeBytes));
        return aad.AsSpan(0, Ciphertext.HeaderSizeBytes + context.Length);
    }

    private OpenedKey Enter(KeyMaterial material)
    {
        var id = (material.KeyId, material.Version);
        while (true)
        {
            if (_opened.TryGetValue(id, out var known) && known.TryEnter()) return known;
            var opened = Open(material);
            if (_opened.TryAdd(id, opened))
            {
                opened.TryEnter();
                MakeRoom();
                return opened;
            }

            opened.Drop();
        }
    }

    private OpenedKey Open(KeyMaterial material)
    {
        using var secret = hierarchy.Project(material.Sealed.ParentId).Open(material.Sealed);
        return new OpenedKey(Xaes256Gcm.Open(secret.Span));
    }

    /// <summary>Any victim does: a key that is used often is opened again at once, for some ten microseconds.</summary>
    private void MakeRoom()
    {
        if (_opened.Count <= MaximumOpened) return;
        foreach (var id in _opened.Keys.Take(MaximumOpened / 10)) Forget(id.KeyId, id.Version);
    }

    private sealed class FreshMaterial(Algorithm algorithm, SecretBytes secret) : IFreshMaterial
    {
        public Algorithm Algorithm { get; } = algorithm;

        public SecretBytes Secret { get; } = secret;

        public void Dispose() => Secret.Dispose();
    }
}
