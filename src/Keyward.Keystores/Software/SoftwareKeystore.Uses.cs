using Keyward.Vault.Algorithms;
using Keyward.Vault.Keystores;

namespace Keyward.Keystores.Software;

/// <summary>The uses beyond the vault's own ciphertext format: each enters the opened key and lets it work.</summary>
internal sealed partial class SoftwareKeystore
{
    public byte[] RawEncrypt(
        KeyMaterial material, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext)
    {
        using var key = _opened.Enter(material);
        return key.As<RawAes>().Encrypt(iv, aad, plaintext);
    }

    public bool TryRawDecrypt(KeyMaterial material, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> ciphertext, int tagSizeBytes, out byte[] plaintext)
    {
        using var key = _opened.Enter(material);
        return key.As<RawAes>().TryDecrypt(iv, aad, ciphertext, tagSizeBytes, out plaintext);
    }

    public byte[] MacSign(KeyMaterial material, ReadOnlySpan<byte> data)
    {
        using var key = _opened.Enter(material);
        return key.As<MacKey>().Sign(data);
    }

    public bool MacVerify(KeyMaterial material, ReadOnlySpan<byte> data, ReadOnlySpan<byte> mac)
    {
        using var key = _opened.Enter(material);
        return key.As<MacKey>().Verify(data, mac);
    }

    public ReadOnlyMemory<byte> PublicKey(KeyMaterial material)
    {
        using var key = _opened.Enter(material);
        return key.As<IKeyPair>().PublicKey;
    }

    public ReadOnlyMemory<byte> RawPublicKey(KeyMaterial material)
    {
        using var key = _opened.Enter(material);
        return key.As<IKeyPair>().RawPublicKey;
    }

    public byte[] Sign(KeyMaterial material, Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input)
    {
        using var key = _opened.Enter(material);
        return key.As<ISigningPair>().Sign(scheme, kind, input);
    }

    public bool Verify(KeyMaterial material, Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input,
        ReadOnlySpan<byte> signature)
    {
        using var key = _opened.Enter(material);
        return key.As<ISigningPair>().Verify(scheme, kind, input, signature);
    }

    public byte[] AsymmetricEncrypt(KeyMaterial material, Scheme scheme, ReadOnlySpan<byte> plaintext)
    {
        using var key = _opened.Enter(material);
        return key.As<RsaPair>().Encrypt(scheme, plaintext);
    }

    public bool TryAsymmetricDecrypt(
        KeyMaterial material, Scheme scheme, ReadOnlySpan<byte> ciphertext, out byte[] plaintext)
    {
        using var key = _opened.Enter(material);
        return key.As<RsaPair>().TryDecrypt(scheme, ciphertext, out plaintext);
    }

    public bool TryDecapsulate(KeyMaterial material, ReadOnlySpan<byte> ciphertext, out byte[] sharedSecret)
    {
        using var key = _opened.Enter(material);
        var pair = key.As<IEncapsulationPair>();
        var fits = ciphertext.Length == pair.CiphertextSizeBytes;
        sharedSecret = fits ? pair.Decapsulate(ciphertext) : [];
        return fits;
    }

    public bool TryAgree(KeyMaterial material, ReadOnlySpan<byte> publicKey, out byte[] sharedSecret)
    {
        using var key = _opened.Enter(material);
        return key.As<EcPair>().TryAgree(publicKey, out sharedSecret);
    }
}
