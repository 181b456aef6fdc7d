using System.Security.Cryptography;
using System.Text;
using Keyward.Vault.Algorithms;

namespace Keyward.Tests.Vault.Algorithms;

/// <summary>The MAC of short messages beside published answers and the platform's own; Wycheproof's figures are in
/// PublishedVectorTests.</summary>
public sealed class HmacSha256Tests
{
    /// <summary>RFC 4231 §4.3 and §4.7: a short key, and one longer than a block.</summary>
    [Theory]
    [InlineData("4a656665", "what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")]
    [InlineData("aa*131", "Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")]
    public void A_published_message_has_its_published_mac(string key, string message, string mac) =>
        Assert.Equal(mac, Convert.ToHexStringLower(Mac(
            key == "aa*131" ? [.. Enumerable.Repeat((byte)0xaa, 131)] : Convert.FromHexString(key),
            Encoding.ASCII.GetBytes(message), [])));

    [Fact]
    public void Threads_that_meet_make_what_the_platform_makes() => Parallel.For(0, 140, keySize =>
    {
        var random = new Random(keySize);
        var (key, message) = (new byte[keySize], new byte[200]);
        random.NextBytes(key);
        random.NextBytes(message);
        for (var size = 0; size <= message.Length; size += 7)
        {
            var expected = HMACSHA256.HashData(key, message.AsSpan(0, size));
            var split = random.Next(size + 1);
            Assert.Equal(expected, Mac(key, message.AsSpan(0, split), message.AsSpan(split, size - split)));
        }
    });

    [Fact]
    public void A_mac_may_take_the_place_of_its_message()
    {
        var bytes = new byte[64];
        var expected = HMACSHA256.HashData((byte[])[1, 2, 3], bytes);
        HmacSha256.HashData([1, 2, 3], bytes, bytes);
        Assert.Equal(expected, bytes[..32]);
    }

    [Fact]
    public void Too_little_room_for_a_mac_is_refused() =>
        Assert.ThrowsAny<ArgumentException>(() => HmacSha256.HashData([1], [], new byte[31]));

    private static byte[] Mac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var mac = new byte[HmacSha256.SizeBytes];
        HmacSha256.HashData(key, first, second, mac);
        return mac;
    }
}
