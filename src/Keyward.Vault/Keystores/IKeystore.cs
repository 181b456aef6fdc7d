using Keyward.Vault.Algorithms;

namespace Keyward.Vault.Keystores;

/// <summary>Material that was generated or unwrapped and is not yet bound to a name. Dispose zeroes it.</summary>
internal interface IFreshMaterial : IDisposable
{
    Algorithm Algorithm { get; }
}

/// <summary>What a keystore promises: it holds material, does the mathematics and nothing else. It judges no state and
/// no right. All members are safe for concurrent use. Environment failures are exceptions.</summary>
internal interface IKeystore
{
    ProtectionLevel Level { get; }

    /// <summary>New random material, checked as the algorithm demands.</summary>
    IFreshMaterial Generate(Algorithm algorithm);

    /// <summary>Seals fresh material under a project key that has been adopted before.</summary>
    SealedKey Seal(IFreshMaterial material, byte[] projectKeyId, SealBinding binding);

    /// <summary>The first 16 bytes of a keyed hash of fresh material, bound to the name of its version: equal for the
    /// same material under the same name, and telling nothing to who lacks the deployment's key.</summary>
    UInt128 Fingerprint(IFreshMaterial material, string versionName);

    /// <summary>Encrypts in ciphertext format 1 (docs/reference/format.md): writes nonce, commitment, ciphertext and
    /// tag
    /// behind the first 22 bytes that the caller has written into <paramref name="output"/> (magic, format, key id,
    /// version). The whole header and <paramref name="context"/> are authenticated.</summary>
    /// <param name="output">Exactly <c>Ciphertext.SizeOf(plaintext.Length)</c> bytes, the first 22 filled in.</param>
    void Encrypt(KeyMaterial material, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext, Span<byte> output);

    /// <summary>Opens a format 1 ciphertext whose header the caller has parsed. False, with nothing in
    /// <paramref name="plaintext"/>, for a wrong commitment or tag: the two are not told apart.</summary>
    bool TryDecrypt(
        KeyMaterial material, ReadOnlySpan<byte> context, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext);

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
