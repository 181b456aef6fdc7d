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
    /// <summary>An opened AES key takes about a kilobyte, a pair some ten, most of it native.</summary>
    public const int MaximumOpened = 10_000;

    private readonly OpenedKeys _opened = new(maximumOpened, material => Open(hierarchy, material));
    private readonly KeyMaker _maker = new();

    public ProtectionLevel Level => ProtectionLevel.Software;

    /// <summary>How many keys lie open.</summary>
    internal int OpenedCount => _opened.Count;

    /// <summary>Begins to make the keys ahead that take long. Without it the first request of a kind waits.</summary>
    public void MakeAhead() => _maker.MakeAhead();

    public IFreshMaterial Generate(Algorithm algorithm) =>
        new FreshMaterial(algorithm, MaterialForms.Make(AlgorithmTable.Of(algorithm)));

    public async ValueTask<IFreshMaterial?> GenerateAsync(Algorithm algorithm, TimeSpan patience)
    {
        var row = AlgorithmTable.Of(algorithm);
        if (!KeyMaker.Makes(row)) return Generate(algorithm);
        return await _maker.TakeAsync(row, patience).ConfigureAwait(false) is { } secret
            ? new FreshMaterial(algorithm, secret)
            : null;
    }

    public Imported Import(Algorithm algorithm, ReadOnlySpan<byte> bytes)
    {
        var (secret, whyNot) = MaterialImport.Read(AlgorithmTable.Of(algorithm), bytes);
        return secret is null ? Imported.Refused(whyNot!) : Imported.Of(new FreshMaterial(algorithm, secret));
    }

    public IFreshMaterial Copy(KeyMaterial material) => new FreshMaterial(
        material.Algorithm, hierarchy.Project(material.Sealed.ParentId).Open(material.Sealed));

    public SealedKey Seal(IFreshMaterial material, byte[] projectKeyId, SealBinding binding) =>
        hierarchy.Project(projectKeyId).Seal(binding, ((FreshMaterial)material).Secret.Span);

    public async ValueTask<(byte[] PrivateKey, byte[] PublicKey)?> MakeDataKeyPairAsync(
        Algorithm algorithm, TimeSpan patience)
    {
        using var material = (FreshMaterial?)await GenerateAsync(algorithm, patience).ConfigureAwait(false);
        if (material is null) return null;
        var row = AlgorithmTable.Of(algorithm);
        using var pair = (IKeyPair)MaterialForms.Open(row, material.Secret.Span);
        using var wrapped = row.Material == MaterialKind.Ed25519 ? Pkcs8.OfEd25519(material.Secret.Span) : null;
        return ((wrapped ?? material.Secret).Span.ToArray(), pair.PublicKey);
    }

    public UInt128 Fingerprint(IFreshMaterial material, string versionName) => hierarchy.Fingerprint(
        versionName, AlgorithmTable.Of(material.Algorithm).SealLabel, ((FreshMaterial)material).Secret.Span);

    public void Encrypt(
        KeyMaterial material, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext, Span<byte> output)
    {
        if (output.Length != Ciphertext.SizeOf(plaintext.Length))
            throw new ArgumentException("The output has another size than the ciphertext.", nameof(output));
        using var key = _opened.Enter(material);
        KernelRandom.Fill(FormatOne.NonceOf(output));
        FormatOne.Encrypt(key.As<Xaes256Gcm>(), context, plaintext, output);
    }

    public bool TryDecrypt(
        KeyMaterial material, ReadOnlySpan<byte> context, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        if (ciphertext.Length != Ciphertext.SizeOf(plaintext.Length))
            throw new ArgumentException("The plaintext has another size than the ciphertext's.", nameof(plaintext));
        using var key = _opened.Enter(material);
        return FormatOne.TryDecrypt(key.As<Xaes256Gcm>(), context, ciphertext, plaintext);
    }

    public void Random(Span<byte> destination) => KernelRandom.Fill(destination);

    public void Forget(Guid keyId, int version) => _opened.Forget(keyId, version);

    public void SelfTest()
    {
        FormatTests.Run();
        AlgorithmTests.Run();
    }

    public void Dispose()
    {
        _maker.Dispose();
        _opened.Dispose();
    }

    private static IDisposable Open(KeyHierarchy hierarchy, KeyMaterial material)
    {
        using var secret = hierarchy.OpenVersion(material.Sealed);
        return MaterialForms.Open(AlgorithmTable.Of(material.Algorithm), secret.Span);
    }

    private sealed class FreshMaterial(Algorithm algorithm, SecretBytes secret) : IFreshMaterial
    {
        public Algorithm Algorithm { get; } = algorithm;

        public SecretBytes Secret { get; } = secret;

        public void Dispose() => Secret.Dispose();
    }
}
