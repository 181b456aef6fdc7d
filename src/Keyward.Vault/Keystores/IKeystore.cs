using Keyward.Vault.Algorithms;
using Keyward.Vault.Imports;

namespace Keyward.Vault.Keystores;

/// <summary>What a keystore promises: it holds material, does the mathematics and nothing else. It judges no state and
/// no right. The vault hands it only what fits the material's algorithm row (purpose, scheme, input, sizes); anything
/// else is a bug and throws. All members are safe for concurrent use. Environment failures are exceptions; what a
/// caller's bytes can cause is an answer.</summary>
internal interface IKeystore
{
    ProtectionLevel Level { get; }

    /// <summary>New random material, checked as the algorithm demands. May take seconds for RSA: never call it for RSA
    /// while others wait, but <see cref="GenerateAsync"/>.</summary>
    IFreshMaterial Generate(Algorithm algorithm);

    /// <summary>The same, from what was made ahead where making takes long. Null if none was ready within the
    /// patience.</summary>
    ValueTask<IFreshMaterial?> GenerateAsync(Algorithm algorithm, TimeSpan patience);

    /// <summary>Takes material from outside: raw bytes of exactly the algorithm's length for symmetric keys and MACs,
    /// PKCS#8 PrivateKeyInfo for the rest (X-Wing: its 32-byte seed as well). It is checked whole: shape, size, and the
    /// public half against the private one.</summary>
    Imported Import(Algorithm algorithm, ReadOnlySpan<byte> bytes);

    /// <summary>Unwraps material by an import job's wrapping key and takes it in as <see cref="Import"/> does. The
    /// length was judged before (<see cref="ImportMethods.JudgeLength"/>). One sentence for whatever is wrong with the
    /// wrapping.</summary>
    Imported ImportWrapped(
        KeyMaterial wrappingKey, ImportMethod method, Algorithm algorithm, ReadOnlySpan<byte> wrapped);

    /// <summary>A version's material as fresh, to be bound to a further name of the same key.</summary>
    IFreshMaterial Copy(KeyMaterial material);

    /// <summary>Seals fresh material under a project key that has been adopted before.</summary>
    SealedKey Seal(IFreshMaterial material, byte[] projectKeyId, SealBinding binding);

    /// <summary>The first 16 bytes of a keyed hash of fresh material, bound to the name of its version: equal for the
    /// same material under the same name, and telling nothing to who lacks the deployment's key.</summary>
    UInt128 Fingerprint(IFreshMaterial material, string versionName);

    /// <summary>A key pair that is handed to its caller and kept nowhere: PKCS#8 PrivateKeyInfo, to be zeroed by who
    /// takes it, and SubjectPublicKeyInfo. RSA, EC and Ed25519. Null if none was ready within the patience.</summary>
    ValueTask<(byte[] PrivateKey, byte[] PublicKey)?> MakeDataKeyPairAsync(Algorithm algorithm, TimeSpan patience);

    /// <summary>Encrypts in ciphertext format 1 (docs/reference/format.md): writes nonce, commitment, ciphertext and
    /// tag behind the first 22 bytes that the caller has written into <paramref name="output"/> (magic, format, key id,
    /// version). The whole header and <paramref name="context"/> are authenticated.</summary>
    /// <param name="output">Exactly <c>Ciphertext.SizeOf(plaintext.Length)</c> bytes, the first 22 filled in.</param>
    void Encrypt(KeyMaterial material, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext, Span<byte> output);

    /// <summary>Opens a format 1 ciphertext whose header the caller has parsed. False, with nothing in
    /// <paramref name="plaintext"/>, for a wrong commitment or tag: the two are not told apart.</summary>
    bool TryDecrypt(
        KeyMaterial material, ReadOnlySpan<byte> context, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext);

    /// <summary>Raw AES. GCM: a 12-byte IV, and the 16-byte tag at the end of what is returned. CBC: whole blocks, no
    /// padding; CTR: a 16-byte initial counter block, counted up as one big-endian number.</summary>
    byte[] RawEncrypt(
        KeyMaterial material, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext);

    /// <summary>False for a wrong tag; CBC and CTR cannot tell. <paramref name="tagSizeBytes"/> is 12 to 16 for GCM and
    /// 0 otherwise.</summary>
    bool TryRawDecrypt(KeyMaterial material, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> ciphertext, int tagSizeBytes, out byte[] plaintext);

    /// <summary>The version's MAC over the data, in full length.</summary>
    byte[] MacSign(KeyMaterial material, ReadOnlySpan<byte> data);

    /// <summary>Constant-time check of <see cref="MacSign"/>; false for another length.</summary>
    bool MacVerify(KeyMaterial material, ReadOnlySpan<byte> data, ReadOnlySpan<byte> mac);

    /// <summary>The public half as SubjectPublicKeyInfo (DER). The caller may not write to it.</summary>
    ReadOnlyMemory<byte> PublicKey(KeyMaterial material);

    /// <summary>The public half as the bare bytes that the algorithm's standard defines: ML-DSA, SLH-DSA, ML-KEM,
    /// X-Wing, Ed25519; empty where there is no such form.</summary>
    ReadOnlyMemory<byte> RawPublicKey(KeyMaterial material);

    byte[] Sign(KeyMaterial material, Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input);

    bool Verify(KeyMaterial material, Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input,
        ReadOnlySpan<byte> signature);

    /// <summary>RSA-OAEP under the public half; the plaintext is within
    /// <see cref="SchemeTable.OaepLimitBytes"/>.</summary>
    byte[] AsymmetricEncrypt(KeyMaterial material, Scheme scheme, ReadOnlySpan<byte> plaintext);

    /// <summary>RSA-OAEP. One false for whatever is wrong with the ciphertext.</summary>
    bool TryAsymmetricDecrypt(
        KeyMaterial material, Scheme scheme, ReadOnlySpan<byte> ciphertext, out byte[] plaintext);

    /// <summary>The shared secret of a KEM ciphertext of the right length. A ciphertext that was altered gives another
    /// secret (implicit rejection, FIPS 203); false only where its length is wrong.</summary>
    bool TryDecapsulate(KeyMaterial material, ReadOnlySpan<byte> ciphertext, out byte[] sharedSecret);

    /// <summary>ECDH: the raw x coordinate. False for bytes that are not a SubjectPublicKeyInfo of a point on the
    /// version's curve.</summary>
    bool TryAgree(KeyMaterial material, ReadOnlySpan<byte> publicKey, out byte[] sharedSecret);

    /// <summary>Random bytes of the quality of keys.</summary>
    void Random(Span<byte> destination);

    /// <summary>Drops and zeroes any opened form of this version, at once.</summary>
    void Forget(Guid keyId, int version);

    /// <summary>Known answers for every algorithm, and the negative ones. Throws <see
    /// cref="SelfTestException"/>.</summary>
    void SelfTest();
}

/// <summary>A known-answer test did not give its answer: the process must not serve.</summary>
public sealed class SelfTestException(string test) : Exception($"The self-test '{test}' failed.")
{
    public string Test { get; } = test;
}
