using System.Security.Cryptography;
using System.Text;
using Keyward.Keystores.Software;

namespace Keyward.Tests.Keystores;

/// <summary>C2SP's vectors of XAES-256-GCM, and what must be refused.</summary>
public sealed class Xaes256GcmTests
{
    private static readonly byte[] Nonce = Encoding.ASCII.GetBytes("ABCDEFGHIJKLMNOPQRSTUVWX");
    private static readonly byte[] Plaintext = Encoding.ASCII.GetBytes("XAES-256-GCM");

    [Theory]
    [InlineData(1, "", "c8612c9ed53fe43e8e005b828a1631a0bbcb6ab2f46514ec4f439fcfd0fa969b",
        "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271")]
    [InlineData(3, "c2sp.org/XAES-256-GCM", "e9c621d4cdd9b11b00a6427ad7e559aeedd66b3857646677748f8ca796cb3fd8",
        "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d")]
    public void Encrypts_as_the_specification_shows(byte fill, string aad, string messageKey, string expected)
    {
        using var cipher = new Xaes256Gcm(Key(fill));
        var derived = new byte[32];
        cipher.Derive(Nonce, derived);
        Assert.Equal(messageKey, Convert.ToHexStringLower(derived));
        var output = new byte[Plaintext.Length + 16];
        cipher.Encrypt(Nonce, Plaintext, output.AsSpan(0, Plaintext.Length), output.AsSpan(Plaintext.Length),
            Encoding.ASCII.GetBytes(aad));
        Assert.Equal(expected, Convert.ToHexStringLower(output));
    }

    [Theory]
    [InlineData(1, "04076b6085eebab138855fe57811c04112eff989d44120dfff662d5475a383c3")]
    [InlineData(3, "5553cd21d1592b422e3129632a3187eee8a658cdca5c5b32ce86308dcc18e9d1")]
    public void Commits_to_key_and_nonce(byte fill, string expected)
    {
        using var cipher = new Xaes256Gcm(Key(fill));
        var (commitment, derived, alone) = (new byte[32], new byte[32], new byte[32]);
        cipher.DeriveAndCommit(Nonce, derived, commitment);
        cipher.Derive(Nonce, alone);
        Assert.Equal(expected, Convert.ToHexStringLower(commitment));
        Assert.Equal(alone, derived);
    }

    /// <summary>C2SP's accumulated vector: ten thousand messages of lengths, keys and nonces that one stream
    /// gives.</summary>
    [Fact]
    public void Ten_thousand_messages_add_up_to_the_published_digest()
    {
        // The longest that ten thousand messages can ask for; the platform's SHAKE cannot be read in steps.
        var stream = Shake128.HashData([], 10_000 * (32 + 24 + 1 + 255 + 1 + 255)).AsMemory();
        using var sum = new Shake128();
        for (var i = 0; i < 10_000; i++)
        {
            using var cipher = new Xaes256Gcm(Next(32).Span);
            var nonce = Next(24).Span;
            var plaintext = Next(Next(1).Span[0]).Span;
            var aad = Next(Next(1).Span[0]).Span;
            var output = new byte[plaintext.Length + 16];
            cipher.Encrypt(nonce, plaintext, output.AsSpan(0, plaintext.Length), output.AsSpan(plaintext.Length), aad);
            sum.AppendData(output);
        }

        Assert.Equal("e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939",
            Convert.ToHexStringLower(sum.GetHashAndReset(32)));

        ReadOnlyMemory<byte> Next(int size)
        {
            var taken = stream[..size];
            stream = stream[size..];
            return taken;
        }
    }

    [Fact]
    public void Any_flipped_bit_is_refused_and_leaves_no_plaintext()
    {
        using var cipher = new Xaes256Gcm(Key(7));
        var ciphertext = new byte[Plaintext.Length];
        var tag = new byte[16];
        cipher.Encrypt(Nonce, Plaintext, ciphertext, tag, []);
        for (var bit = 0; bit < (ciphertext.Length + tag.Length) * 8; bit++)
        {
            var (changed, changedTag) = ((byte[])ciphertext.Clone(), (byte[])tag.Clone());
            if (bit / 8 < changed.Length) changed[bit / 8] ^= (byte)(1 << (bit % 8));
            else changedTag[(bit / 8) - changed.Length] ^= (byte)(1 << (bit % 8));
            var opened = new byte[Plaintext.Length];
            Assert.False(cipher.TryDecrypt(Nonce, changed, changedTag, opened, []));
            Assert.All(opened, b => Assert.Equal(0, b));
        }
    }

    private static byte[] Key(byte fill) => [.. Enumerable.Repeat(fill, 32)];
}
