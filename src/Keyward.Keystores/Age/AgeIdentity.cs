using System.Security.Cryptography;
using Keyward.Keystores.Material;
using NSec.Cryptography;

namespace Keyward.Keystores.Age;

/// <summary>Who opens a file: the secret half, as <c>AGE-SECRET-KEY-1…</c>.</summary>
internal sealed class AgeIdentity : IDisposable
{
    private const string Prefix = "age-secret-key-";
    private const int TagSizeBytes = 16;

    private readonly Key _key;
    private readonly byte[] _point;

    private AgeIdentity(Key key) => (_key, _point) = (key, key.PublicKey.Export(KeyBlobFormat.RawPublicKey));

    public AgeRecipient Recipient => AgeRecipient.Of(_key);

    /// <summary>A new key, and the text to keep it by.</summary>
    public static (AgeIdentity Identity, string Text) Make()
    {
        using var secret = SecretBytes.Random(32);
        var text = Bech32.Encode(Prefix, secret.Span).ToUpperInvariant();
        return (new AgeIdentity(Import(secret.Span)), text);
    }

    public static AgeIdentity? TryParse(string text)
    {
        if (Bech32.Decode(Prefix, text) is not { Length: 32 } bytes) return null;
        try
        {
            return new AgeIdentity(Import(bytes));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>The file key; null where it was wrapped for another.</summary>
    public SecretBytes? TryUnwrap(byte[] share, byte[] body, int keySizeBytes)
    {
        if (body.Length != keySizeBytes + TagSizeBytes
            || !NSec.Cryptography.PublicKey.TryImport(
                KeyAgreementAlgorithm.X25519, share, KeyBlobFormat.RawPublicKey, out var other)) return null;
        using var key = AgeRecipient.WrapKey(_key, other!, share, _point);
        if (key is null) return null;
        var fileKey = new SecretBytes(keySizeBytes);
        try
        {
            using var cipher = new System.Security.Cryptography.ChaCha20Poly1305(key.Span);
            cipher.Decrypt(new byte[12], body.AsSpan(..keySizeBytes), body.AsSpan(keySizeBytes..), fileKey.Writable);
            return fileKey;
        }
        catch (AuthenticationTagMismatchException)
        {
            fileKey.Dispose();
            return null;
        }
    }

    public void Dispose() => _key.Dispose();

    public override string ToString() => nameof(AgeIdentity);

    private static Key Import(ReadOnlySpan<byte> secret) =>
        Key.Import(KeyAgreementAlgorithm.X25519, secret, KeyBlobFormat.RawPrivateKey);
}
