using System.Reflection;
using System.Security.Cryptography;
using Keyward.Keystores.Software;

namespace Keyward.Tests.Keystores;

/// <summary>The cipher of one message beside the platform's own; published figures are in <see
/// cref="PublishedVectorTests"/>.</summary>
public sealed class Aes256GcmTests
{
    [Fact]
    public void Libcrypto_does_it_here() => Assert.NotEqual((nint)0,
        typeof(Aes256Gcm).GetField("Cipher", BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null));

    [Fact]
    public void Threads_that_meet_make_what_the_platform_makes() => Parallel.For(0, 64, seed =>
    {
        var random = new Random(seed);
        for (var turn = 0; turn < 40; turn++)
        {
            var (key, nonce, associated) = (Bytes(random, 32), Bytes(random, 12), Bytes(random, random.Next(200)));
            var plaintext = Bytes(random, turn == 0 ? 64 * 1024 : random.Next(300));
            var (expected, expectedTag) = (new byte[plaintext.Length], new byte[16]);
            using var platform = new AesGcm(key, 16);
            platform.Encrypt(nonce, plaintext, expected, expectedTag, associated);

            var (made, tag) = (new byte[plaintext.Length], new byte[16]);
            Aes256Gcm.Encrypt(key, nonce, plaintext, made, tag, associated);
            Assert.Equal([.. expected, .. expectedTag], [.. made, .. tag]);
            var opened = new byte[plaintext.Length];
            Assert.True(Aes256Gcm.TryDecrypt(key, nonce, made, tag, opened, associated));
            Assert.Equal(plaintext, opened);
        }
    });

    [Fact]
    public void A_changed_part_is_refused_and_leaves_no_plaintext()
    {
        var random = new Random(1);
        var (key, nonce, associated, plaintext) =
            (Bytes(random, 32), Bytes(random, 12), Bytes(random, 9), Bytes(random, 33));
        var (made, tag) = (new byte[33], new byte[16]);
        Aes256Gcm.Encrypt(key, nonce, plaintext, made, tag, associated);
        foreach (var part in new[] { key, nonce, associated, made, tag })
            for (var bit = 0; bit < part.Length * 8; bit++)
            {
                part[bit / 8] ^= (byte)(1 << (bit % 8));
                var opened = Bytes(random, 33);
                Assert.False(Aes256Gcm.TryDecrypt(key, nonce, made, tag, opened, associated));
                Assert.All(opened, b => Assert.Equal(0, b));
                part[bit / 8] ^= (byte)(1 << (bit % 8));
            }

        // Nor does a refusal stick to the context.
        var good = new byte[33];
        Assert.True(Aes256Gcm.TryDecrypt(key, nonce, made, tag, good, associated));
        Assert.Equal(plaintext, good);
    }

    [Theory]
    [InlineData(16, 12, 5, 5, 16)]
    [InlineData(32, 24, 5, 5, 16)]
    [InlineData(32, 12, 5, 4, 16)]
    [InlineData(32, 12, 5, 6, 16)]
    [InlineData(32, 12, 5, 5, 12)]
    public void Another_size_is_refused_before_anything_is_written(int key, int nonce, int from, int to, int tag)
    {
        Assert.Throws<ArgumentException>(() => Aes256Gcm.Encrypt(
            new byte[key], new byte[nonce], new byte[from], new byte[to], new byte[tag], []));
        Assert.Throws<ArgumentException>(() => Aes256Gcm.TryDecrypt(
            new byte[key], new byte[nonce], new byte[from], new byte[tag], new byte[to], []));
    }

    private static byte[] Bytes(Random random, int size)
    {
        var bytes = new byte[size];
        random.NextBytes(bytes);
        return bytes;
    }
}
