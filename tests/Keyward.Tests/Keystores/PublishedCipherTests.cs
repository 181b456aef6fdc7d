using System.Security.Cryptography;
using Keyward.Keystores.Software;
using Keyward.Tests.Vectors;
using Keyward.Vault.Algorithms;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Math;

namespace Keyward.Tests.Keystores;

/// <summary>Published figures for raw AES, MACs, OAEP, key encapsulation and key agreement.</summary>
public sealed class PublishedCipherTests
{
    [Fact]
    public void Raw_gcm_opens_what_is_valid_and_refuses_the_rest()
    {
        foreach (var vector in VectorFile.Read("aes_gcm", 6).Where(v => v.Bytes(0).Length is 16 or 32))
        {
            using var key = new RawAes(Scheme.AesGcm, vector.Bytes(0));
            byte[] ciphertext = [.. vector.Bytes(4), .. vector.Bytes(5)];
            var holds = key.TryDecrypt(vector.Bytes(1), vector.Bytes(2), ciphertext, 16, out var opened);
            Assert.True(holds == vector.IsValid, $"case {vector.Number}");
            Assert.Equal(vector.IsValid ? vector.Bytes(3) : [], opened);
            if (vector.IsValid)
                Assert.Equal(ciphertext, key.Encrypt(vector.Bytes(1), vector.Bytes(2), vector.Bytes(3)));
        }
    }

    [Fact]
    public void Raw_cbc_gives_the_padded_plaintext_and_leaves_padding_alone()
    {
        foreach (var vector in VectorFile.Read("aes_cbc_pkcs5", 4).Where(v => v.Bytes(3).Length % 16 == 0))
        {
            using var key = new RawAes(Scheme.AesCbc, vector.Bytes(0));
            Assert.True(key.TryDecrypt(vector.Bytes(1), [], vector.Bytes(3), 0, out var opened));
            Assert.Equal(vector.Bytes(3), key.Encrypt(vector.Bytes(1), [], opened));
            if (!vector.IsValid) continue;
            var padding = 16 - (vector.Bytes(2).Length % 16);
            Assert.Equal([.. vector.Bytes(2), .. Enumerable.Repeat((byte)padding, padding)], opened);
        }
    }

    private const string FourBlocks =
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" +
        "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";

    /// <summary>SP 800-38A, F.2.1, F.2.5, F.5.1, F.5.5.</summary>
    [Theory]
    [InlineData(Scheme.AesCbc, "2b7e151628aed2a6abf7158809cf4f3c", "000102030405060708090a0b0c0d0e0f",
        "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2" +
        "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7")]
    [InlineData(Scheme.AesCbc, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        "000102030405060708090a0b0c0d0e0f",
        "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d" +
        "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b")]
    [InlineData(Scheme.AesCtr, "2b7e151628aed2a6abf7158809cf4f3c", "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff" +
        "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee")]
    [InlineData(Scheme.AesCtr, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5" +
        "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6")]
    public void Raw_cbc_and_ctr_give_nists_blocks(Scheme scheme, string key, string iv, string ciphertext)
    {
        using var aes = new RawAes(scheme, Convert.FromHexString(key));
        var made = aes.Encrypt(Convert.FromHexString(iv), [], Convert.FromHexString(FourBlocks));
        Assert.Equal(ciphertext, Convert.ToHexStringLower(made));
        Assert.True(aes.TryDecrypt(Convert.FromHexString(iv), [], made, 0, out var opened));
        Assert.Equal(FourBlocks, Convert.ToHexStringLower(opened));
    }

    [Theory]
    [InlineData("hmac_sha1", Scheme.HmacSha1)]
    [InlineData("hmac_sha224", Scheme.HmacSha224)]
    [InlineData("hmac_sha256", Scheme.HmacSha256)]
    [InlineData("hmac_sha384", Scheme.HmacSha384)]
    [InlineData("hmac_sha512", Scheme.HmacSha512)]
    public void Macs_hold_where_they_are_valid(string file, Scheme scheme)
    {
        foreach (var vector in VectorFile.Read(file, 3))
        {
            using var key = new MacKey(scheme, vector.Bytes(0));
            Assert.True(vector.IsValid == key.Verify(vector.Bytes(1), vector.Bytes(2)), $"case {vector.Number}");
        }
    }

    [Theory]
    [InlineData("rsa_oaep_2048_sha1_mgf1sha1", Scheme.RsaOaepSha1)]
    [InlineData("rsa_oaep_2048_sha256_mgf1sha256", Scheme.RsaOaepSha256)]
    [InlineData("rsa_oaep_3072_sha256_mgf1sha256", Scheme.RsaOaepSha256)]
    [InlineData("rsa_oaep_4096_sha256_mgf1sha256", Scheme.RsaOaepSha256)]
    [InlineData("rsa_oaep_4096_sha512_mgf1sha512", Scheme.RsaOaepSha512)]
    public void Oaep_opens_what_is_valid_under_an_empty_label(string file, Scheme scheme)
    {
        foreach (var vector in VectorFile.Read(file, 4))
        {
            using var pair = new RsaPair(vector.Bytes(0), isRaw: false);
            var holds = pair.TryDecrypt(scheme, vector.Bytes(2), out var opened);
            var expected = vector.IsValid && vector.Fields[1] == "-";
            Assert.True(holds == expected, $"case {vector.Number}");
            Assert.Equal(expected ? vector.Bytes(3) : [], opened);
        }
    }

    [Theory]
    [InlineData("mlkem_768", MaterialKind.MlKem768)]
    [InlineData("mlkem_1024", MaterialKind.MlKem1024)]
    public void Ml_kem_gives_the_published_secrets_and_keys(string file, MaterialKind kind)
    {
        foreach (var vector in VectorFile.Read(file, 3))
        {
            if (vector.Bytes(0).Length != MlKemPair.SeedSizeBytes)
            {
                Assert.False(vector.IsValid);
                continue;
            }

            using var pair = new MlKemPair(kind, vector.Bytes(0));
            // The vault and the keystore refuse other lengths before anything is computed.
            var fits = vector.Bytes(1).Length == pair.CiphertextSizeBytes;
            Assert.True(fits == vector.IsValid, $"case {vector.Number}");
            if (fits) Assert.Equal(vector.Bytes(2), pair.Decapsulate(vector.Bytes(1)));
        }

        foreach (var vector in VectorFile.Read(file + "_keygen_seed", 2))
        {
            using var pair = new MlKemPair(kind, vector.Bytes(0));
            Assert.Equal(vector.Fields[1], Convert.ToHexStringLower(SHA256.HashData(pair.RawPublicKey)));
        }
    }

    [Fact]
    public void X_wing_gives_the_drafts_keys_and_secrets()
    {
        foreach (var vector in VectorFile.Read("xwing", 4))
        {
            using var pair = new XWingPair(vector.Bytes(0));
            Assert.Equal(vector.Bytes(1), pair.RawPublicKey);
            Assert.Equal(vector.Bytes(3), pair.Decapsulate(vector.Bytes(2)));
        }
    }

    [Theory]
    [InlineData("ecdh_secp256r1", MaterialKind.EcP256)]
    [InlineData("ecdh_secp384r1", MaterialKind.EcP384)]
    [InlineData("ecdh_secp521r1", MaterialKind.EcP521)]
    [InlineData("ecdh_secp256k1", MaterialKind.EcSecp256k1)]
    public void Agreement_gives_the_published_secret_or_none(string file, MaterialKind kind)
    {
        foreach (var vector in VectorFile.Read(file, 3))
        {
            using var pair = new EcPair(Pkcs8(kind, vector.Bytes(0)));
            var agreed = pair.TryAgree(vector.Bytes(1), out var secret);
            Assert.True(vector.Verdict == Verdict.Acceptable || agreed == vector.IsValid, $"case {vector.Number}");
            if (agreed) Assert.Equal(vector.Bytes(2), secret);
        }
    }

    private static byte[] Pkcs8(MaterialKind kind, byte[] scalar)
    {
        var curve = new DerObjectIdentifier(EcPair.OidOf(kind));
        var number = new BigInteger(1, scalar);
        var domain = ECNamedCurveTable.GetByOid(curve);
        var point = domain.G.Multiply(number).Normalize();
        var structure = new ECPrivateKeyStructure(domain.N.BitLength, number,
            new DerBitString(point.GetEncoded(false)), null);
        return new PrivateKeyInfo(new AlgorithmIdentifier(X9ObjectIdentifiers.IdECPublicKey, curve), structure)
            .GetDerEncoded();
    }
}
