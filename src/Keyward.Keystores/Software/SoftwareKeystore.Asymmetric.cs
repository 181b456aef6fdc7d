using Keyward.Vault.Algorithms;
using Keyward.Vault.Keystores;

namespace Keyward.Keystores.Software;

internal sealed partial class SoftwareKeystore
{
    public ValueTask<IFreshMaterial?> GenerateAsync(Algorithm algorithm, TimeSpan patience) => new(Generate(algorithm));

    public Imported Import(Algorithm algorithm, ReadOnlySpan<byte> bytes) => throw new NotSupportedException();

    public (byte[] PrivateKey, byte[] PublicKey) MakeDataKeyPair(Algorithm algorithm) =>
        throw new NotSupportedException();

    public byte[] RawEncrypt(
        KeyMaterial material, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext) =>
        throw new NotSupportedException();

    public bool TryRawDecrypt(KeyMaterial material, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> ciphertext, int tagSizeBytes, out byte[] plaintext) => throw new NotSupportedException();

    public byte[] MacSign(KeyMaterial material, ReadOnlySpan<byte> data) => throw new NotSupportedException();

    public bool MacVerify(KeyMaterial material, ReadOnlySpan<byte> data, ReadOnlySpan<byte> mac) =>
        throw new NotSupportedException();

    public ReadOnlyMemory<byte> PublicKey(KeyMaterial material) => throw new NotSupportedException();

    public ReadOnlyMemory<byte> RawPublicKey(KeyMaterial material) => throw new NotSupportedException();

    public byte[] Sign(KeyMaterial material, Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input) =>
        throw new NotSupportedException();

    public bool Verify(KeyMaterial material, Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input,
        ReadOnlySpan<byte> signature) => throw new NotSupportedException();

    public byte[] AsymmetricEncrypt(KeyMaterial material, Scheme scheme, ReadOnlySpan<byte> plaintext) =>
        throw new NotSupportedException();

    public bool TryAsymmetricDecrypt(
        KeyMaterial material, Scheme scheme, ReadOnlySpan<byte> ciphertext, out byte[] plaintext) =>
        throw new NotSupportedException();

    public bool TryDecapsulate(KeyMaterial material, ReadOnlySpan<byte> ciphertext, out byte[] sharedSecret) =>
        throw new NotSupportedException();

    public bool TryAgree(KeyMaterial material, ReadOnlySpan<byte> publicKey, out byte[] sharedSecret) =>
        throw new NotSupportedException();

    public void Random(Span<byte> destination) => System.Security.Cryptography.RandomNumberGenerator.Fill(destination);
}
