using System.Security.Cryptography;
using System.Text;
using Keyward.Vault.Algorithms;

namespace Keyward.Tests.Vault.Algorithms;

/// <summary>The hash of short messages beside published answers and the platform's own.</summary>
public sealed class Sha256Tests
{
    /// <summary>NIST, FIPS 180-4 examples.</summary>
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void A_published_message_has_its_published_hash(string message, string hash) =>
        Assert.Equal(hash, Convert.ToHexStringLower(Hash(Encoding.ASCII.GetBytes(message))));

    [Fact]
    public void Threads_do_not_meet_in_a_context() => Parallel.For(0, 64, seed =>
    {
        var message = new byte[seed * 37];
        new Random(seed).NextBytes(message);
        for (var size = 0; size <= message.Length; size++)
            Assert.Equal(SHA256.HashData(message.AsSpan(0, size)), Hash(message.AsSpan(0, size)));
    });

    [Fact]
    public void A_hash_may_take_the_place_of_its_message()
    {
        var bytes = new byte[64];
        var expected = SHA256.HashData(bytes);
        Sha256.HashData(bytes, bytes);
        Assert.Equal(expected, bytes[..32]);
    }

    [Fact]
    public void Too_little_room_for_a_hash_is_refused() =>
        Assert.ThrowsAny<ArgumentException>(() => Sha256.HashData([], new byte[31]));

    private static byte[] Hash(ReadOnlySpan<byte> message)
    {
        var hash = new byte[Sha256.SizeBytes];
        Sha256.HashData(message, hash);
        return hash;
    }
}
