using System.Security.Cryptography;
using Keyward.Keystores.Material;
using NSec.Cryptography;

namespace Keyward.Keystores.Age;

/// <summary>Who can open a file: the public half of an X25519 key, as <c>age1…</c> (C2SP age, "The X25519 recipient
/// type").</summary>
internal sealed class AgeRecipient
{
    public const string Prefix = "age";
    public const string StanzaType = "X25519";
    public const int PointSizeBytes = 32;

    private const int TagSizeBytes = 16;

    private readonly byte[] _point;

    private AgeRecipient(byte[] point) => _point = point;

    public static AgeRecipient? TryParse(string text) =>
        Bech32.Decode(Prefix, text) is { Length: PointSizeBytes } point
            && NSec.Cryptography.PublicKey.TryImport(
                KeyAgreementAlgorithm.X25519, point, KeyBlobFormat.RawPublicKey, out _)
            ? new AgeRecipient(point) : null;

    public static AgeRecipient Of(Key key) => new(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));

    public override string ToString() => Bech32.Encode(Prefix, _point);

    /// <summary>The file key for this recipient: the share of a key of this moment, and what is wrapped by what both
    /// agree on.</summary>
    public (byte[] Share, byte[] Body) Wrap(ReadOnlySpan<byte> fileKey)
    {
        using var ephemeral = Key.Create(KeyAgreementAlgorithm.X25519);
        var share = ephemeral.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        var other = NSec.Cryptography.PublicKey.Import(
            KeyAgreementAlgorithm.X25519, _point, KeyBlobFormat.RawPublicKey);
        using var key = WrapKey(ephemeral, other, share, _point)
            ?? throw new CryptographicException($"The recipient {this} is a point of low order.");
        var body = new byte[fileKey.Length + TagSizeBytes];
        using var cipher = new System.Security.Cryptography.ChaCha20Poly1305(key.Span);
        // One key seals one message, so the nonce is fixed.
        cipher.Encrypt(new byte[12], fileKey, body.AsSpan(..fileKey.Length), body.AsSpan(fileKey.Length..));
        return (share, body);
    }

    internal static SecretBytes? WrapKey(Key mine, NSec.Cryptography.PublicKey other, byte[] share, byte[] recipient)
    {
        using var shared = KeyAgreementAlgorithm.X25519.Agree(mine, other);
        if (shared is null) return null;
        var key = new SecretBytes(32);
        KeyDerivationAlgorithm.HkdfSha256.DeriveBytes(
            shared, [.. share, .. recipient], "age-encryption.org/v1/X25519"u8, key.Writable);
        return key;
    }
}
