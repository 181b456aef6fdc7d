using System.Text;
using Keyward.Keystores.Material;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Keystores;
using NSec.Cryptography;

namespace Keyward.Keystores.Root;

/// <summary>An opened log key: Ed25519 (RFC 8032), the seed in libsodium's guarded memory. Safe for concurrent
/// use.</summary>
internal sealed class NoteSigner : INoteSigner
{
    public const int SeedSizeBytes = 32;

    private static readonly SignatureAlgorithm Ed25519 = SignatureAlgorithm.Ed25519;

    private readonly Key _key;

    private NoteSigner(Key key, string name)
    {
        _key = key;
        var publicKey = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        Key = new VerifierKey(name, NoteKeyType.Ed25519, publicKey);
        WitnessKey = new VerifierKey(name, NoteKeyType.Cosignature, publicKey);
    }

    public VerifierKey Key { get; }

    public VerifierKey WitnessKey { get; }

    public static NoteSigner Open(SecretBytes seed, string name) =>
        seed.Length == SeedSizeBytes
            ? new NoteSigner(NSec.Cryptography.Key.Import(Ed25519, seed.Span, KeyBlobFormat.RawPrivateKey), name)
            : throw new SealBrokenException(name);

    public static bool IsGood(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        publicKey.Length == Ed25519.PublicKeySize && signature.Length == Ed25519.SignatureSize
        && PublicKey.TryImport(Ed25519, publicKey, KeyBlobFormat.RawPublicKey, out var key)
        && Ed25519.Verify(key!, message, signature);

    public NoteSignature Sign(string noteText) =>
        new(Key.Name, Key.Id, Ed25519.Sign(_key, Encoding.UTF8.GetBytes(noteText)));

    public NoteSignature Cosign(string noteText, long unixSeconds) => new(WitnessKey.Name, WitnessKey.Id,
        Cosignature.Join(unixSeconds, Ed25519.Sign(_key, Cosignature.MessageOf(noteText, unixSeconds))));

    public void Dispose() => _key.Dispose();

    public override string ToString() => $"log key {Key}";
}
