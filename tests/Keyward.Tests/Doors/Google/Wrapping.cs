using System.Security.Cryptography;
using System.Text.Json;
using Org.BouncyCastle.Crypto.Kems;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;
using Keyward.Keystores.Importing;
using Keyward.Vault.Imports;

namespace Keyward.Tests.Doors.Google;

/// <summary>What a client does with an import job's public key.</summary>
internal static class Wrapping
{
    public static byte[] Wrap(JsonElement job, ReadOnlySpan<byte> material)
    {
        var method = job.GetProperty("importMethod").GetString()!;
        if (method.StartsWith("HPKE", StringComparison.Ordinal)) return WrapHpke(job, method, material);
        using var rsa = RSA.Create();
        rsa.ImportFromPem(job.GetProperty("publicKey").GetProperty("pem").GetString());
        Assert.Equal(method.Contains("3072", StringComparison.Ordinal) ? 3072 : 4096, rsa.KeySize);
        var padding = method.Contains("SHA1", StringComparison.Ordinal)
            ? RSAEncryptionPadding.OaepSHA1
            : RSAEncryptionPadding.OaepSHA256;
        if (!method.EndsWith("AES_256", StringComparison.Ordinal)) return rsa.Encrypt(material, padding);
        using var aes = Aes.Create();
        aes.Key = RandomNumberGenerator.GetBytes(32);
        return [.. rsa.Encrypt(aes.Key, padding), .. aes.EncryptKeyWrapPadded(material)];
    }

    private static byte[] WrapHpke(JsonElement job, string method, ReadOnlySpan<byte> material)
    {
        var key = job.GetProperty("publicKey").GetProperty("data").GetBytesFromBase64();
        if (method.Contains("XWING", StringComparison.Ordinal))
            return Keyward.Keystores.Importing.Wrapping.Wrap(ImportMethod.HpkeXWing, key, material);
        var is768 = method.Contains("768", StringComparison.Ordinal);
        var parameters = is768 ? MLKemParameters.ml_kem_768 : MLKemParameters.ml_kem_1024;
        var encapsulator = new MLKemEncapsulator(parameters);
        encapsulator.Init(new ParametersWithRandom(
            MLKemPublicKeyParameters.FromEncoding(parameters, key), new SecureRandom()));
        var encapsulated = new byte[encapsulator.EncapsulationLength];
        var secret = new byte[encapsulator.SecretLength];
        encapsulator.Encapsulate(encapsulated, secret);
        return [.. encapsulated, .. Hpke.Seal(new Hpke.Suite(is768 ? (ushort)0x41 : (ushort)0x42, 2), secret, material)];
    }
}
