using System.Security.Cryptography;
using Keyward.Keystores.Importing;
using Keyward.Keystores.Software;

namespace Keyward.Tests.Keystores;

/// <summary>The framing of HPKE by the figures of RFC 9180, A.1.1 (base mode, HKDF-SHA256, AES-128-GCM). The
/// encapsulations that imports use have published vectors of their own.</summary>
public sealed class HpkeTests
{
    private static readonly Hpke.Suite Suite = new(0x0020, 1);
    private static readonly byte[] Shared =
        Convert.FromHexString("fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc");

    private static readonly byte[] Encapsulated =
        Convert.FromHexString("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431");

    private static readonly byte[] Info = Convert.FromHexString("4f6465206f6e2061204772656369616e2055726e");
    private static readonly byte[] Aad = Convert.FromHexString("436f756e742d30");
    private static readonly byte[] Ciphertext = Convert.FromHexString(
        "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a");

    [Fact]
    public void Key_and_nonce_come_out_as_published()
    {
        using var keys = Hpke.KeySchedule(Suite, Shared, Info);
        Assert.Equal("4531685d41d65f03dc48f6b8302c05b056d890e5accaaf011cff4b7d", Convert.ToHexStringLower(keys.Span));
    }

    [Fact]
    public void The_published_ciphertext_opens_and_no_altered_one_does()
    {
        using var pair = new PublishedPair();
        using var opened = Hpke.Open(pair, Suite, Encapsulated, Ciphertext, Info, Aad);
        Assert.Equal("Beauty is truth, truth beauty"u8, opened!.Span);
        Assert.Null(Hpke.Open(pair, Suite, Encapsulated, Ciphertext, Info));
        Assert.Null(Hpke.Open(pair, Suite, Encapsulated, Ciphertext, default, Aad));
        Assert.Null(Hpke.Open(pair, Suite, Encapsulated.AsSpan(1), Ciphertext, Info, Aad));
        Assert.Null(Hpke.Open(pair, Suite, Encapsulated, Ciphertext.AsSpan(0, 15), Info, Aad));
        for (var at = 0; at < Ciphertext.Length; at++)
        {
            var altered = Ciphertext.ToArray();
            altered[at] ^= 1;
            Assert.Null(Hpke.Open(pair, Suite, Encapsulated, altered, Info, Aad));
        }
    }

    /// <summary>The receiver of the published exchange: what its key agreement gave is published too.</summary>
    private sealed class PublishedPair : IEncapsulationPair
    {
        public int CiphertextSizeBytes => Encapsulated.Length;

        public byte[] PublicKey => [];

        public byte[] RawPublicKey => [];

        public bool IsConsistent() => true;

        public byte[] Decapsulate(ReadOnlySpan<byte> ciphertext) => ciphertext.SequenceEqual(Encapsulated)
            ? Shared.ToArray()
            : throw new CryptographicException("Not the published exchange.");

        public void Dispose()
        {
        }
    }
}
