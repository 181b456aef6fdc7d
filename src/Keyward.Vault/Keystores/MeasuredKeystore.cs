using Keyward.Vault.Algorithms;
using Keyward.Vault.Imports;
using Keyward.Vault.Metrics;

namespace Keyward.Vault.Keystores;

/// <summary>A keystore whose uses of material are counted and timed. As safe for concurrent use as the one
/// inside.</summary>
internal sealed class MeasuredKeystore(IKeystore inner, PartMetrics metrics) : IKeystore
{
    public ProtectionLevel Level => inner.Level;

    public IFreshMaterial Generate(Algorithm algorithm)
    {
        var timing = metrics.Keystore("generate");
        return timing.Done(inner.Generate(algorithm));
    }

    public async ValueTask<IFreshMaterial?> GenerateAsync(Algorithm algorithm, TimeSpan patience)
    {
        var timing = metrics.Keystore("generate");
        return timing.Done(await inner.GenerateAsync(algorithm, patience).ConfigureAwait(false));
    }

    public Imported Import(Algorithm algorithm, ReadOnlySpan<byte> bytes)
    {
        var timing = metrics.Keystore("import");
        return timing.Done(inner.Import(algorithm, bytes));
    }

    public Imported ImportWrapped(
        KeyMaterial wrappingKey, ImportMethod method, Algorithm algorithm, ReadOnlySpan<byte> wrapped)
    {
        var timing = metrics.Keystore("import");
        return timing.Done(inner.ImportWrapped(wrappingKey, method, algorithm, wrapped));
    }

    public IFreshMaterial Copy(KeyMaterial material) => inner.Copy(material);

    public SealedKey Seal(IFreshMaterial material, byte[] projectKeyId, SealBinding binding)
    {
        var timing = metrics.Keystore("seal");
        return timing.Done(inner.Seal(material, projectKeyId, binding));
    }

    public UInt128 Fingerprint(IFreshMaterial material, string versionName) =>
        inner.Fingerprint(material, versionName);

    public async ValueTask<(byte[] PrivateKey, byte[] PublicKey)?> MakeDataKeyPairAsync(
        Algorithm algorithm, TimeSpan patience)
    {
        var timing = metrics.Keystore("generate");
        return timing.Done(await inner.MakeDataKeyPairAsync(algorithm, patience).ConfigureAwait(false));
    }

    public void Encrypt(
        KeyMaterial material, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext, Span<byte> output)
    {
        var timing = metrics.Keystore("encrypt");
        inner.Encrypt(material, context, plaintext, output);
        timing.Done();
    }

    public bool TryDecrypt(
        KeyMaterial material, ReadOnlySpan<byte> context, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        var timing = metrics.Keystore("decrypt");
        return timing.Done(inner.TryDecrypt(material, context, ciphertext, plaintext));
    }

    public byte[] RawEncrypt(
        KeyMaterial material, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext)
    {
        var timing = metrics.Keystore("raw_encrypt");
        return timing.Done(inner.RawEncrypt(material, iv, aad, plaintext));
    }

    public bool TryRawDecrypt(KeyMaterial material, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> ciphertext, int tagSizeBytes, out byte[] plaintext)
    {
        var timing = metrics.Keystore("raw_decrypt");
        return timing.Done(inner.TryRawDecrypt(material, iv, aad, ciphertext, tagSizeBytes, out plaintext));
    }

    public byte[] MacSign(KeyMaterial material, ReadOnlySpan<byte> data)
    {
        var timing = metrics.Keystore("mac_sign");
        return timing.Done(inner.MacSign(material, data));
    }

    public bool MacVerify(KeyMaterial material, ReadOnlySpan<byte> data, ReadOnlySpan<byte> mac)
    {
        var timing = metrics.Keystore("mac_verify");
        return timing.Done(inner.MacVerify(material, data, mac));
    }

    public ReadOnlyMemory<byte> PublicKey(KeyMaterial material) => inner.PublicKey(material);

    public ReadOnlyMemory<byte> RawPublicKey(KeyMaterial material) => inner.RawPublicKey(material);

    public byte[] Sign(KeyMaterial material, Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input)
    {
        var timing = metrics.Keystore("sign");
        return timing.Done(inner.Sign(material, scheme, kind, input));
    }

    public bool Verify(KeyMaterial material, Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input,
        ReadOnlySpan<byte> signature)
    {
        var timing = metrics.Keystore("verify");
        return timing.Done(inner.Verify(material, scheme, kind, input, signature));
    }

    public byte[] AsymmetricEncrypt(KeyMaterial material, Scheme scheme, ReadOnlySpan<byte> plaintext)
    {
        var timing = metrics.Keystore("asymmetric_encrypt");
        return timing.Done(inner.AsymmetricEncrypt(material, scheme, plaintext));
    }

    public bool TryAsymmetricDecrypt(
        KeyMaterial material, Scheme scheme, ReadOnlySpan<byte> ciphertext, out byte[] plaintext)
    {
        var timing = metrics.Keystore("asymmetric_decrypt");
        return timing.Done(inner.TryAsymmetricDecrypt(material, scheme, ciphertext, out plaintext));
    }

    public bool TryDecapsulate(KeyMaterial material, ReadOnlySpan<byte> ciphertext, out byte[] sharedSecret)
    {
        var timing = metrics.Keystore("decapsulate");
        return timing.Done(inner.TryDecapsulate(material, ciphertext, out sharedSecret));
    }

    public bool TryAgree(KeyMaterial material, ReadOnlySpan<byte> publicKey, out byte[] sharedSecret)
    {
        var timing = metrics.Keystore("agree");
        return timing.Done(inner.TryAgree(material, publicKey, out sharedSecret));
    }

    public void Random(Span<byte> destination) => inner.Random(destination);

    public void Forget(Guid keyId, int version) => inner.Forget(keyId, version);

    public void SelfTest() => inner.SelfTest();
}
