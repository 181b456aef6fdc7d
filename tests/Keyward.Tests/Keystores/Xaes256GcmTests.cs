using System.Text;
using Keyward.Keystores.Software;

namespace Keyward.Tests.Keystores;

/// <summary>C2SP's vectors of XAES-256-GCM, and what must be refused.</summary>
public sealed class Xaes256GcmTests
{
    private static readonly byte[] Nonce = Encoding.ASCII.GetBytes("ABCDEFGHIJKLMNOPQRSTUVWX");
    private static readonly byte[] Plaintext = Encoding.ASCII.GetBytes("XAES-256-GCM");

    [Theory]
    [InlineData(1, "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271")]
    [InlineData(3, "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d")]
    public void Encrypts_as_the_specification_shows(byte fill, string aad, string expected)
    {
        using var aes = Xaes256Gcm.Open(Key(fill));
        var output = new byte[Plaintext.Length + 16];
        Xaes256Gcm.Encrypt(aes, Nonce, Plaintext, output.AsSpan(0, Plaintext.Length), output.AsSpan(Plaintext.Length),
            Encoding.ASCII.GetBytes(aad));
        Assert.Equal(expected, Convert.ToHexStringLower(output));
    }

    [Theory]
    [InlineData(1, "04076b6085eebab138855fe57811c04112eff989d44120dfff662d5475a383c3")]
    [InlineData(3, "5553cd21d1592b422e3129632a3187eee8a658cdca5c5b32ce86308dcc18e9d1")]
    public void Commits_to_key_and_nonce(byte fill, string expected)
    {
        using var aes = Xaes256Gcm.Open(Key(fill));
        var commitment = new byte[32];
        Xaes256Gcm.Commit(aes, Nonce, commitment);
        Assert.Equal(expected, Convert.ToHexStringLower(commitment));
    }

    [Fact]
    public void Any_flipped_bit_is_refused_and_leaves_no_plaintext()
    {
        using var aes = Xaes256Gcm.Open(Key(7));
        var ciphertext = new byte[Plaintext.Length];
        var tag = new byte[16];
        Xaes256Gcm.Encrypt(aes, Nonce, Plaintext, ciphertext, tag, []);
        for (var bit = 0; bit < (ciphertext.Length + tag.Length) * 8; bit++)
        {
            var (changed, changedTag) = ((byte[])ciphertext.Clone(), (byte[])tag.Clone());
            if (bit / 8 < changed.Length) changed[bit / 8] ^= (byte)(1 << (bit % 8));
            else changedTag[(bit / 8) - changed.Length] ^= (byte)(1 << (bit % 8));
            var opened = new byte[Plaintext.Length];
            Assert.False(Xaes256Gcm.TryDecrypt(aes, Nonce, changed, changedTag, opened, []));
            Assert.All(opened, b => Assert.Equal(0, b));
        }
    }

    private static byte[] Key(byte fill) => [.. Enumerable.Repeat(fill, 32)];
}
