using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Keyward.Tests.Doors.Aws;

/// <summary>RSA ciphertexts that are spoilt, each in a way of its own: whoever sends them learns nothing from the
/// answers (Manger's attack needs to tell a leading byte from what follows it).</summary>
public sealed class OaepTests
{
    private const string Name = "RSAES_OAEP_SHA_256";

    [Fact]
    public async Task F11_Every_spoilt_ciphertext_gets_one_and_the_same_answer()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var made = await doors.CallAwsAsync(
            "TrentService.CreateKey", """{"KeySpec":"RSA_2048","KeyUsage":"ENCRYPT_DECRYPT"}""");
        var key = made.Json.GetProperty("KeyMetadata").GetProperty("KeyId").GetString()!;
        var shown = await doors.CallAwsAsync("TrentService.GetPublicKey", $$"""{"KeyId":"{{key}}"}""");
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(shown.Json.GetProperty("PublicKey").GetBytesFromBase64(), out _);
        var open = rsa.ExportParameters(includePrivateParameters: false);

        Assert.Equal(200, (await DecryptAsync(doors, key, Power(open, Encode("hello"u8, "")))).Status);
        foreach (var (what, ciphertext) in Spoilt(rsa, open))
        {
            var reply = await DecryptAsync(doors, key, ciphertext);
            Assert.Equal((what, 400, """{"__type":"InvalidCiphertextException"}"""), (what, reply.Status, reply.Text));
        }
    }

    private static IEnumerable<(string What, byte[] Ciphertext)> Spoilt(RSA rsa, RSAParameters open)
    {
        var modulus = Number(open.Modulus!);
        for (var i = 0; i < 20; i++)
        {
            var random = RandomNumberGenerator.GetBytes(256);
            random[0] = 0;
            yield return ("random", random);
        }

        yield return ("another label", Power(open, Encode("hello"u8, "label")));
        var leading = Encode("hello"u8, "");
        leading[0] = 1;
        yield return ("a leading byte that is not zero", Power(open, leading));
        var noOne = Encode("hello"u8, "", separator: 2);
        yield return ("no separator", Power(open, noOne));
        yield return ("another hash", rsa.Encrypt("hello"u8, RSAEncryptionPadding.OaepSHA1));
        yield return ("PKCS#1 v1.5", rsa.Encrypt("hello"u8, RSAEncryptionPadding.Pkcs1));
        yield return ("the modulus", Bytes(modulus));
        yield return ("beyond the modulus", Bytes(modulus + 1));
        yield return ("all bits", Enumerable.Repeat((byte)0xff, 256).ToArray());
        yield return ("zero", new byte[256]);
        yield return ("one", Bytes(BigInteger.One));
        yield return ("a byte less", new byte[255]);
        yield return ("a byte more", new byte[257]);
        yield return ("one byte", new byte[1]);
    }

    private static Task<RestReply> DecryptAsync(OpenDoors doors, string key, byte[] ciphertext) =>
        doors.CallAwsAsync("TrentService.Decrypt", $$"""
            {"KeyId":"{{key}}","CiphertextBlob":"{{Convert.ToBase64String(ciphertext)}}","EncryptionAlgorithm":"{{Name}}"}
            """);

    /// <summary>EME-OAEP with SHA-256 (RFC 8017 §7.1.1), of which a test may choose each part.</summary>
    private static byte[] Encode(ReadOnlySpan<byte> message, string label, byte separator = 1)
    {
        const int hash = 32, size = 256;
        var block = new byte[size - hash - 1];
        SHA256.HashData(Encoding.UTF8.GetBytes(label)).CopyTo(block, 0);
        block[^(message.Length + 1)] = separator;
        message.CopyTo(block.AsSpan(block.Length - message.Length));
        var seed = RandomNumberGenerator.GetBytes(hash);
        Mask(block, seed);
        Mask(seed, block);
        return [0, .. seed, .. block];
    }

    private static void Mask(byte[] target, byte[] seed)
    {
        for (var i = 0; i < target.Length; i++)
        {
            var counter = new byte[4];
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(counter, i / 32);
            target[i] ^= SHA256.HashData([.. seed, .. counter])[i % 32];
        }
    }

    private static byte[] Power(RSAParameters open, byte[] block) =>
        Bytes(BigInteger.ModPow(Number(block), Number(open.Exponent!), Number(open.Modulus!)));

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number)
    {
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[256 - bytes.Length], .. bytes];
    }
}
