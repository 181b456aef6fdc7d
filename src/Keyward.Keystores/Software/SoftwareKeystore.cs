using Keyward.Keystores.Material;
using Keyward.Keystores.Root;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Keystores;
using Keyward.Vault.KeyUse;

namespace Keyward.Keystores.Software;

/// <summary>The keystore in the server's own memory. Keeps the keys that were used last open, at most
/// <see cref="MaximumOpened"/>; all else lies sealed in the store.</summary>
/// <param name="maximumOpened">Another bound, for tests.</param>
internal sealed partial class SoftwareKeystore(
    KeyHierarchy hierarchy, int maximumOpened = SoftwareKeystore.MaximumOpened) : IKeystore, IDisposable
{
    /// <summary>An opened AES key takes about a kilobyte, most of it native.</summary>
    public const int MaximumOpened = 10_000;

    private readonly OpenedKeys _opened = new(maximumOpened, hierarchy.OpenVersion);

    public ProtectionLevel Level => ProtectionLevel.Software;

    /// <summary>How many keys lie open.</summary>
    internal int OpenedCount => _opened.Count;

    public IFreshMaterial Generate(Algorithm algorithm) => algorithm switch
    {
        Algorithm.Aes256Symmetric => new FreshMaterial(algorithm, SecretBytes.Random(Xaes256Gcm.KeySizeBytes)),
        _ => throw new NotSupportedException(),
    };

    public SealedKey Seal(IFreshMaterial material, byte[] projectKeyId, SealBinding binding) =>
        hierarchy.Project(projectKeyId).Seal(binding, ((FreshMaterial)material).Secret.Span);

    public UInt128 Fingerprint(IFreshMaterial material, string versionName) => hierarchy.Fingerprint(
        versionName, AlgorithmTable.Of(material.Algorithm).SealLabel, ((FreshMaterial)material).Secret.Span);

    public void Encrypt(
        KeyMaterial material, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext, Span<byte> output)
    {
        if (output.Length != Ciphertext.SizeOf(plaintext.Length))
            throw new ArgumentException("The output has another size than the ciphertext.", nameof(output));
        using var key = _opened.Enter(material);
        KernelRandom.Fill(FormatOne.NonceOf(output));
        FormatOne.Encrypt(key.Cipher, context, plaintext, output);
    }

    public bool TryDecrypt(
        KeyMaterial material, ReadOnlySpan<byte> context, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        if (ciphertext.Length != Ciphertext.SizeOf(plaintext.Length))
            throw new ArgumentException("The plaintext has another size than the ciphertext's.", nameof(plaintext));
        using var key = _opened.Enter(material);
        return FormatOne.TryDecrypt(key.Cipher, context, ciphertext, plaintext);
    }

    public void Forget(Guid keyId, int version) => _opened.Forget(keyId, version);

    public void SelfTest() => FormatTests.Run();

    public void Dispose() => _opened.Dispose();

    private sealed class FreshMaterial(Algorithm algorithm, SecretBytes secret) : IFreshMaterial
    {
        public Algorithm Algorithm { get; } = algorithm;

        public SecretBytes Secret { get; } = secret;

        public void Dispose() => Secret.Dispose();
    }
}
