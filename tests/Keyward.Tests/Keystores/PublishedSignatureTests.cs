using System.Security.Cryptography;
using Keyward.Keystores.Software;
using Keyward.Tests.Vectors;
using Keyward.Vault.Algorithms;
using NSec.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;

namespace Keyward.Tests.Keystores;

/// <summary>Wycheproof on every signature algorithm, invalid signatures as much as valid ones.</summary>
public sealed class PublishedSignatureTests
{
    [Theory]
    [InlineData("ecdsa_secp256r1_sha256", nameof(Scheme.EcdsaSha256))]
    [InlineData("ecdsa_secp384r1_sha384", nameof(Scheme.EcdsaSha384))]
    [InlineData("ecdsa_secp521r1_sha512", nameof(Scheme.EcdsaSha512))]
    [InlineData("ecdsa_secp256k1_sha256", nameof(Scheme.EcdsaSha256))]
    public void Ecdsa_takes_valid_signatures_only(string file, string scheme)
    {
        foreach (var vector in VectorFile.Read(file, 3))
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(vector.Bytes(0), out _);
            Expect(vector, EcPair.Verify(
                key, Enum.Parse<Scheme>(scheme), SignatureInput.Message, vector.Bytes(1), vector.Bytes(2)));
        }
    }

    [Fact]
    public void Ed25519_takes_valid_signatures_only()
    {
        foreach (var vector in VectorFile.Read("ed25519", 3))
        {
            var key = NSec.Cryptography.PublicKey.Import(
                SignatureAlgorithm.Ed25519, vector.Bytes(0), KeyBlobFormat.PkixPublicKey);
            Expect(vector, Ed25519Pair.Verify(SignatureAlgorithm.Ed25519, key, vector.Bytes(1), vector.Bytes(2)));
        }
    }

    /// <summary>RFC 8032, 7.1 (tests 1 to 3) and 7.3.</summary>
    [Theory]
    [InlineData(nameof(Scheme.Ed25519), "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(nameof(Scheme.Ed25519), "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(nameof(Scheme.Ed25519), "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    [InlineData(nameof(Scheme.Ed25519Ph), "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42", "616263",
        "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406")]
    public void Ed25519_signs_as_its_rfc_says(string scheme, string seed, string message, string signature)
    {
        using var pair = new Ed25519Pair(Convert.FromHexString(seed));
        Assert.Equal(signature, Convert.ToHexStringLower(pair.Sign(
            Enum.Parse<Scheme>(scheme), SignatureInput.Message, Convert.FromHexString(message))));
        Assert.True(pair.Verify(Enum.Parse<Scheme>(scheme), SignatureInput.Message, Convert.FromHexString(message),
            Convert.FromHexString(signature)));
    }

    public static TheoryData<string, string> RsaFiles() => new(
        from bits in (int[])[2048, 3072, 4096]
        from hash in (int[])[256, 384, 512]
        select ($"rsa_signature_{bits}_sha{hash}", $"RsaPkcs1Sha{hash}"));

    [Theory]
    [MemberData(nameof(RsaFiles))]
    [InlineData("rsa_pss_2048_sha256_mgf1_32", nameof(Scheme.RsaPssSha256))]
    [InlineData("rsa_pss_2048_sha384_mgf1_48", nameof(Scheme.RsaPssSha384))]
    [InlineData("rsa_pss_3072_sha256_mgf1_32", nameof(Scheme.RsaPssSha256))]
    [InlineData("rsa_pss_4096_sha256_mgf1_32", nameof(Scheme.RsaPssSha256))]
    [InlineData("rsa_pss_4096_sha384_mgf1_48", nameof(Scheme.RsaPssSha384))]
    [InlineData("rsa_pss_4096_sha512_mgf1_64", nameof(Scheme.RsaPssSha512))]
    public void Rsa_takes_valid_signatures_only(string file, string scheme)
    {
        foreach (var vector in VectorFile.Read(file, 3))
        {
            using var key = RSA.Create();
            key.ImportSubjectPublicKeyInfo(vector.Bytes(0), out _);
            Expect(vector, RsaPair.Verify(
                key, Enum.Parse<Scheme>(scheme), SignatureInput.Message, vector.Bytes(1), vector.Bytes(2)));
        }
    }

    [Theory]
    [InlineData(2048)]
    [InlineData(3072)]
    [InlineData(4096)]
    public void Rsa_signs_with_pkcs1_byte_for_byte_and_raw_with_the_digest_info(int bits)
    {
        foreach (var vector in VectorFile.Read($"rsa_pkcs1_{bits}_sig_gen", 4).Where(v => v.IsValid))
        {
            var hash = vector.Fields[0][4..];
            using var pair = new RsaPair(vector.Bytes(1), isRaw: true);
            Assert.Equal(vector.Fields[3], Convert.ToHexStringLower(pair.Sign(
                Enum.Parse<Scheme>("RsaPkcs1Sha" + hash), SignatureInput.Message, vector.Bytes(2))));
            // The raw scheme around a DigestInfo (RFC 8017, 9.2, note 1) is the scheme with that hash.
            byte[] info = hash switch
            {
                "256" => [.. Convert.FromHexString("3031300d060960864801650304020105000420"), .. SHA256.HashData(vector.Bytes(2))],
                "384" => [.. Convert.FromHexString("3041300d060960864801650304020205000430"), .. SHA384.HashData(vector.Bytes(2))],
                _ => [.. Convert.FromHexString("3051300d060960864801650304020305000440"), .. SHA512.HashData(vector.Bytes(2))],
            };
            Assert.Equal(vector.Bytes(3), pair.Sign(Scheme.RsaPkcs1Raw, SignatureInput.Message, info));
            Assert.True(pair.Verify(Scheme.RsaPkcs1Raw, SignatureInput.Message, info, vector.Bytes(3)));
        }
    }

    [Theory]
    [InlineData(44, MaterialKind.MlDsa44)]
    [InlineData(65, MaterialKind.MlDsa65)]
    [InlineData(87, MaterialKind.MlDsa87)]
    public void Ml_dsa_takes_valid_signatures_only(int size, MaterialKind kind)
    {
        // Google and AWS sign with an empty context.
        foreach (var vector in VectorFile.Read($"mldsa_{size}_verify", 4).Where(v => v.Fields[1] == "-"))
            Expect(vector, Verify(vector));

        bool Verify(VectorCase vector)
        {
            try
            {
                var key = MLDsaPublicKeyParameters.FromEncoding(MlDsaPair.ParametersOf(kind), vector.Bytes(0));
                return MlDsaPair.Verify(key, SignatureInput.Message, vector.Bytes(2), vector.Bytes(3));
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
    }

    [Theory]
    [InlineData(44, MaterialKind.MlDsa44)]
    [InlineData(65, MaterialKind.MlDsa65)]
    [InlineData(87, MaterialKind.MlDsa87)]
    public void Ml_dsa_signs_from_a_seed_byte_for_byte_and_over_an_external_mu(int size, MaterialKind kind)
    {
        var vectors = VectorFile.Read($"mldsa_{size}_sign_seed", 5).Where(v => v.IsValid).ToList();
        foreach (var vector in vectors.Where(v => v.Fields[1] == "-" && v.Fields[2] != "-"))
        {
            using var pair = new MlDsaPair(kind, vector.Bytes(0));
            var signature = pair.SignDeterministically(SignatureInput.Message, vector.Bytes(2));
            Assert.Equal(vector.Fields[4], Convert.ToHexStringLower(SHA256.HashData(signature)));
            Assert.Equal(signature, pair.SignDeterministically(SignatureInput.ExternalMu, vector.Bytes(3)));
        }

        // Where only mu is given, it is all that is signed.
        foreach (var vector in vectors.Where(v => v.Fields[1] == "-" && v.Fields[2] == "-"))
        {
            using var pair = new MlDsaPair(kind, vector.Bytes(0));
            Assert.Equal(vector.Fields[4], Convert.ToHexStringLower(SHA256.HashData(
                pair.SignDeterministically(SignatureInput.ExternalMu, vector.Bytes(3)))));
        }
    }

    private static void Expect(VectorCase vector, bool holds) => Assert.True(
        vector.Verdict == Verdict.Acceptable || holds == vector.IsValid, $"case {vector.Number}: {holds}");
}
