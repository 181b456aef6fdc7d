using System.Formats.Asn1;
using System.Security.Cryptography;
using Keyward.Vault.Algorithms;
using NSec.Cryptography;

namespace Keyward.Keystores.Software;

/// <summary>X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 and X25519 behind one SHA3-256. Kept as the 32-byte
/// seed. The framing is ours, since no library here has it; both halves are libraries'.</summary>
internal sealed class XWingPair : IEncapsulationPair
{
    public const int SeedSizeBytes = 32;
    public const string Oid = "1.3.6.1.4.1.62253.25722";

    private const int X25519SizeBytes = 32;
    private const int MlKemCiphertextSizeBytes = 1_088;

    private static SharedSecretCreationParameters Exportable =>
        new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };

    private readonly MlKemPair _mlKem;
    private readonly Key _x25519;
    private readonly byte[] _x25519Public;

    public XWingPair(ReadOnlySpan<byte> seed)
    {
        Span<byte> expanded = stackalloc byte[MlKemPair.SeedSizeBytes + X25519SizeBytes];
        try
        {
            Shake256.HashData(seed, expanded);
            _mlKem = new MlKemPair(MaterialKind.MlKem768, expanded[..MlKemPair.SeedSizeBytes]);
            _x25519 = Key.Import(KeyAgreementAlgorithm.X25519, expanded[MlKemPair.SeedSizeBytes..],
                KeyBlobFormat.RawPrivateKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(expanded);
        }

        _x25519Public = _x25519.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        RawPublicKey = [.. _mlKem.RawPublicKey, .. _x25519Public];
        PublicKey = Envelope(RawPublicKey);
    }

    public byte[] PublicKey { get; }

    public byte[] RawPublicKey { get; }

    public int CiphertextSizeBytes => MlKemCiphertextSizeBytes + X25519SizeBytes;

    public static ReadOnlySpan<byte> Label => @"\.//^\"u8;

    public byte[] Decapsulate(ReadOnlySpan<byte> ciphertext)
    {
        var point = ciphertext[MlKemCiphertextSizeBytes..];
        Span<byte> joined = stackalloc byte[32 + (3 * X25519SizeBytes) + 6];
        try
        {
            _mlKem.Decapsulate(ciphertext[..MlKemCiphertextSizeBytes], joined[..32]);
            Agree(_x25519, point, joined[32..64]);
            point.CopyTo(joined[64..]);
            _x25519Public.CopyTo(joined[96..]);
            Label.CopyTo(joined[128..]);
            return SHA3_256.HashData(joined);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(joined);
        }
    }

    public bool IsConsistent()
    {
        var (ciphertext, secret) = _mlKem.Encapsulate();
        using var other = Key.Create(KeyAgreementAlgorithm.X25519);
        var point = other.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        Span<byte> shared = stackalloc byte[X25519SizeBytes];
        Agree(other, _x25519Public, shared);
        var expected = SHA3_256.HashData([.. secret, .. shared, .. point, .. _x25519Public, .. Label]);
        return CryptographicOperations.FixedTimeEquals(expected, Decapsulate([.. ciphertext, .. point]));
    }

    public void Dispose()
    {
        _mlKem.Dispose();
        _x25519.Dispose();
    }

    public override string ToString() => nameof(XWingPair);

    /// <summary>X25519 as the draft has it, that is without a check for a point of low order: libsodium gives no secret
    /// for one, where the function gives zeros.</summary>
    private static void Agree(Key key, ReadOnlySpan<byte> point, Span<byte> shared)
    {
        shared.Clear();
        if (!NSec.Cryptography.PublicKey.TryImport(
            KeyAgreementAlgorithm.X25519, point, KeyBlobFormat.RawPublicKey, out var other)) return;
        using var secret = KeyAgreementAlgorithm.X25519.Agree(key, other!, Exportable);
        if (secret?.Export(SharedSecretBlobFormat.RawSharedSecret) is not { } exported) return;
        exported.CopyTo(shared);
        CryptographicOperations.ZeroMemory(exported);
    }

    private static byte[] Envelope(byte[] raw)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence()) writer.WriteObjectIdentifier(Oid);
            writer.WriteBitString(raw);
        }

        return writer.Encode();
    }
}
