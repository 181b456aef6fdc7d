using System.Security.Cryptography;
using System.Text.Json;
using Keyward.Vault.Automation;
using Microsoft.Extensions.Time.Testing;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;
using BigInteger = Org.BouncyCastle.Math.BigInteger;

namespace Keyward.Tests.Doors.Google;

/// <summary>What material an import takes, kind by kind, and what it refuses, made by another library than the one that
/// reads it where that can be.</summary>
public sealed class ImportedMaterialTests : IAsyncLifetime
{
    private const string Location = "/v1/projects/default/locations/global";
    private const string Ring = Location + "/keyRings/byok";
    private const string Method = "HPKE_KEM_ML_KEM_768_HKDF_SHA256_AES_256_GCM";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private OpenDoors _doors = null!;
    private JsonElement _job;
    private int _keys;

    public async ValueTask InitializeAsync()
    {
        _doors = await OpenDoors.OpenAsync(_time);
        await _doors.OkAsync("POST", Location + "/keyRings?keyRingId=byok");
        await _doors.OkAsync("POST", Ring + "/importJobs?importJobId=job",
            $$"""{"importMethod":"{{Method}}","protectionLevel":"SOFTWARE"}""");
        await new WrappingKeys(_doors.Keeper.Gate, _time).RunAsync(default);
        _job = await _doors.OkAsync("GET", Ring + "/importJobs/job");
    }

    public ValueTask DisposeAsync() => _doors.DisposeAsync();

    [Theory]
    [InlineData("ENCRYPT_DECRYPT", "GOOGLE_SYMMETRIC_ENCRYPTION", 32)]
    [InlineData("RAW_ENCRYPT_DECRYPT", "AES_128_GCM", 16)]
    [InlineData("RAW_ENCRYPT_DECRYPT", "AES_256_CBC", 32)]
    [InlineData("MAC", "HMAC_SHA1", 20)]
    [InlineData("MAC", "HMAC_SHA224", 28)]
    [InlineData("MAC", "HMAC_SHA384", 48)]
    [InlineData("MAC", "HMAC_SHA512", 64)]
    public async Task Bytes_of_exactly_the_right_length_come_in(string purpose, string algorithm, int sizeBytes)
    {
        var version = await ImportAsync(purpose, algorithm, RandomNumberGenerator.GetBytes(sizeBytes));
        Assert.Equal("ENABLED", version.GetProperty("state").GetString());
        foreach (var wrong in (int[])[sizeBytes - 1, sizeBytes + 1, 2 * sizeBytes])
        {
            var failed = await ImportAsync(purpose, algorithm, RandomNumberGenerator.GetBytes(wrong));
            Assert.Equal("IMPORT_FAILED", failed.GetProperty("state").GetString());
            Assert.Equal($"The key has {wrong} bytes; the algorithm needs {sizeBytes}.",
                failed.GetProperty("importFailureReason").GetString());
        }
    }

    [Theory]
    [InlineData("EC_SIGN_P256_SHA256", "1.2.840.10045.3.1.7")]
    [InlineData("EC_SIGN_P384_SHA384", "1.3.132.0.34")]
    [InlineData("EC_SIGN_SECP256K1_SHA256", "1.3.132.0.10")]
    public async Task Elliptic_curve_keys_come_in_as_they_are(string algorithm, string curve)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromValue(curve));
        var version = await ImportAsync("ASYMMETRIC_SIGN", algorithm, key.ExportPkcs8PrivateKey());
        Assert.Equal("ENABLED", version.GetProperty("state").GetString());
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), await PublicKeyAsync(version, "DER"));
    }

    [Theory]
    [InlineData("ASYMMETRIC_SIGN", "RSA_SIGN_PKCS1_2048_SHA256", 2048)]
    [InlineData("ASYMMETRIC_SIGN", "RSA_SIGN_PSS_3072_SHA256", 3072)]
    [InlineData("ASYMMETRIC_DECRYPT", "RSA_DECRYPT_OAEP_2048_SHA256", 2048)]
    public async Task Rsa_keys_come_in_as_they_are(string purpose, string algorithm, int bits)
    {
        using var key = RSA.Create(bits);
        var version = await ImportAsync(purpose, algorithm, key.ExportPkcs8PrivateKey());
        Assert.Equal("ENABLED", version.GetProperty("state").GetString());
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), await PublicKeyAsync(version, "DER"));
    }

    [Fact]
    public async Task Newer_kinds_of_keys_come_in_too()
    {
        var ed = new Ed25519PrivateKeyParameters(new SecureRandom());
        var version = await ImportAsync("ASYMMETRIC_SIGN", "EC_SIGN_ED25519", Pkcs8(ed));
        Assert.EndsWith(Convert.ToHexString(ed.GeneratePublicKey().GetEncoded()),
            Convert.ToHexString(await PublicKeyAsync(version, "DER")), StringComparison.Ordinal);

        var dsa = new MLDsaKeyPairGenerator();
        dsa.Init(new MLDsaKeyGenerationParameters(new SecureRandom(), MLDsaParameters.ml_dsa_65));
        var signing = dsa.GenerateKeyPair();
        version = await ImportAsync("ASYMMETRIC_SIGN", "PQ_SIGN_ML_DSA_65", Pkcs8(signing.Private));
        Assert.Equal(((MLDsaPublicKeyParameters)signing.Public).GetEncoded(), await PublicKeyAsync(version, "NIST_PQC"));

        var kem = new MLKemKeyPairGenerator();
        kem.Init(new MLKemKeyGenerationParameters(new SecureRandom(), MLKemParameters.ml_kem_768));
        var opening = kem.GenerateKeyPair();
        version = await ImportAsync("KEY_ENCAPSULATION", "ML_KEM_768", Pkcs8(opening.Private));
        Assert.Equal(((MLKemPublicKeyParameters)opening.Public).GetEncoded(), await PublicKeyAsync(version, "NIST_PQC"));
    }

    [Fact]
    public async Task Unfit_pairs_are_refused_and_no_version_of_them_works()
    {
        foreach (var (what, algorithm, material) in Unfit())
        {
            var failed = await ImportAsync("ASYMMETRIC_SIGN", algorithm, material);
            Assert.True("IMPORT_FAILED" == failed.GetProperty("state").GetString(), what);
            Assert.False(string.IsNullOrEmpty(failed.GetProperty("importFailureReason").GetString()), what);
            Assert.Equal(400, (await _doors.StatusAsync("POST", $"/v1/{failed.GetProperty("name")}:asymmetricSign",
                """{"data":"aGVsbG8="}""")).Status);
        }
    }

    private static IEnumerable<(string What, string Algorithm, byte[] Material)> Unfit()
    {
        const string rsa = "RSA_SIGN_PKCS1_2048_SHA256";
        const string ec = "EC_SIGN_P256_SHA256";
        using var small = RSA.Create(1024);
        yield return ("RSA of 1,024 bits", rsa, small.ExportPkcs8PrivateKey());
        using var good = RSA.Create(2048);
        yield return ("RSA under a name of another size", "RSA_SIGN_PKCS1_3072_SHA256", good.ExportPkcs8PrivateKey());
        yield return ("bytes behind the key", rsa, [.. good.ExportPkcs8PrivateKey(), 0]);
        yield return ("the public half alone", rsa, good.ExportSubjectPublicKeyInfo());
        yield return ("PKCS#1 instead of PKCS#8", rsa, good.ExportRSAPrivateKey());
        var generator = new RsaKeyPairGenerator();
        generator.Init(new RsaKeyGenerationParameters(BigInteger.Three, new SecureRandom(), 2048, 64));
        var low = generator.GenerateKeyPair().Private;
        yield return ("exponent 3", rsa, Pkcs8(low));
        var crt = (RsaPrivateCrtKeyParameters)DotNetUtilities.GetRsaKeyPair(good).Private;
        yield return ("another dP", rsa, Pkcs8(new RsaPrivateCrtKeyParameters(crt.Modulus, crt.PublicExponent,
            crt.Exponent, crt.P, crt.Q, crt.DP.Subtract(BigInteger.Two), crt.DQ, crt.QInv)));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var longer = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        yield return ("another curve", ec, longer.ExportPkcs8PrivateKey());
        var der = key.ExportPkcs8PrivateKey();
        byte[] offCurve = [.. der[..^1], (byte)(der[^1] ^ 1)];
        yield return ("a point off the curve", ec, offCurve);
        byte[] wrongPoint = [.. der[..^64], .. other.ExportSubjectPublicKeyInfo()[^64..]];
        yield return ("another's public point", ec, wrongPoint);
        yield return ("a key of another kind", "EC_SIGN_ED25519", der);
        yield return ("a key of another kind, post-quantum", "PQ_SIGN_ML_DSA_65", der);
        yield return ("nothing that is DER", ec, RandomNumberGenerator.GetBytes(138));
    }

    private static byte[] Pkcs8(AsymmetricKeyParameter key) =>
        PrivateKeyInfoFactory.CreatePrivateKeyInfo(key).GetDerEncoded();

    private async Task<JsonElement> ImportAsync(string purpose, string algorithm, byte[] material)
    {
        var id = $"k{_keys++}";
        await _doors.OkAsync("POST", $"{Ring}/cryptoKeys?cryptoKeyId={id}&skipInitialVersionCreation=true",
            $$"""{"purpose":"{{purpose}}","versionTemplate":{"algorithm":"{{algorithm}}"} }""");
        return await _doors.OkAsync("POST", $"{Ring}/cryptoKeys/{id}/cryptoKeyVersions:import", $$"""
            {"algorithm":"{{algorithm}}","importJob":"{{Ring[4..]}}/importJobs/job",
             "wrappedKey":"{{Convert.ToBase64String(Wrapping.Wrap(_job, material))}}"}
            """);
    }

    private async Task<byte[]> PublicKeyAsync(JsonElement version, string format) => (await _doors.OkAsync(
        "GET", $"/v1/{version.GetProperty("name")}/publicKey?publicKeyFormat={format}"))
        .GetProperty("publicKey").GetProperty("data").GetBytesFromBase64();
}
