using System.Globalization;
using System.Security.Cryptography;
using Keyward.Keystores.Software;
using Keyward.Tests.Vectors;
using Keyward.Vault.Algorithms;

namespace Keyward.Tests.Keystores;

/// <summary>Wycheproof on the primitives that the keystore stands on, invalid cases as much as valid ones.</summary>
public sealed class PublishedVectorTests
{
    [Fact]
    public void Aes_gcm_opens_what_is_valid_and_refuses_the_rest()
    {
        foreach (var vector in VectorFile.Read("aes_gcm", 6).Where(v => v.Bytes(0).Length == Aes256Gcm.KeySizeBytes))
        {
            var (key, iv, aad, message) = (vector.Bytes(0), vector.Bytes(1), vector.Bytes(2), vector.Bytes(3));
            var (ciphertext, tag) = (vector.Bytes(4), vector.Bytes(5));
            var opened = new byte[ciphertext.Length];
            var holds = Aes256Gcm.TryDecrypt(key, iv, ciphertext, tag, opened, aad);
            Assert.True(holds == vector.IsValid, $"case {vector.Number}");
            if (!vector.IsValid)
            {
                Assert.All(opened, b => Assert.Equal(0, b));
                continue;
            }

            Assert.Equal(message, opened);
            var (made, madeTag) = (new byte[message.Length], new byte[16]);
            Aes256Gcm.Encrypt(key, iv, message, made, madeTag, aad);
            Assert.Equal([.. ciphertext, .. tag], [.. made, .. madeTag]);
        }
    }

    [Fact]
    public void Hmac_sha256_gives_the_published_tags()
    {
        foreach (var vector in VectorFile.Read("hmac_sha256", 3))
        {
            var mac = new byte[HmacSha256.SizeBytes];
            HmacSha256.HashData(vector.Bytes(0), vector.Bytes(1), mac);
            Assert.True(vector.IsValid == CryptographicOperations.FixedTimeEquals(mac, vector.Bytes(2)),
                $"case {vector.Number}");
        }
    }

    [Fact]
    public void Hkdf_sha256_gives_the_published_keys()
    {
        foreach (var vector in VectorFile.Read("hkdf_sha256", 5))
        {
            var size = int.Parse(vector.Fields[3], CultureInfo.InvariantCulture);
            if (!vector.IsValid)
            {
                Assert.ThrowsAny<ArgumentException>(() => Derive(vector, size));
                continue;
            }

            Assert.Equal(vector.Fields[4], Convert.ToHexStringLower(Derive(vector, size)));
        }
    }

    [Fact]
    public void Reference_cmac_gives_the_published_tags()
    {
        foreach (var vector in VectorFile.Read("aes_cmac", 3))
            Assert.True(vector.IsValid == ReferenceCmac.Of(vector.Bytes(0), vector.Bytes(1))
                .AsSpan().SequenceEqual(vector.Bytes(2)), $"case {vector.Number}");
    }

    [Fact]
    public void Commitment_is_two_cmacs_of_the_nonce()
    {
        for (var i = 0; i < 100; i++)
        {
            var key = RandomNumberGenerator.GetBytes(32);
            var nonce = RandomNumberGenerator.GetBytes(24);
            using var cipher = new Xaes256Gcm(key);
            var commitment = new byte[32];
            cipher.DeriveAndCommit(nonce, new byte[32], commitment);
            byte[] message = [.. "XCMT"u8, .. nonce, 0, 1, 0];
            Assert.Equal(
                [.. ReferenceCmac.Of(key, [.. message, 1]), .. ReferenceCmac.Of(key, [.. message, 2])], commitment);
        }
    }

    private static byte[] Derive(VectorCase vector, int size) => HKDF.DeriveKey(
        HashAlgorithmName.SHA256, vector.Bytes(0), size, vector.Bytes(1), vector.Bytes(2));
}
