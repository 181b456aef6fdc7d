using System.Numerics;
using System.Security.Cryptography;

namespace Keyward.Tests.Keystores;

/// <summary>AES-CMAC as NIST SP 800-38B §6.2 writes it down, by big integers and CBC: slow, and unlike the product's.</summary>
internal static class ReferenceCmac
{
    public static byte[] Of(byte[] key, byte[] message)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        var subkey = Double(aes.EncryptEcb(new byte[16], PaddingMode.None));
        var blocks = Math.Max(1, (message.Length + 15) / 16);
        var padded = new byte[blocks * 16];
        message.CopyTo(padded, 0);
        if (message.Length != padded.Length)
        {
            padded[message.Length] = 0x80;
            subkey = Double(subkey);
        }

        for (var i = 0; i < 16; i++) padded[padded.Length - 16 + i] ^= subkey[i];
        return aes.EncryptCbc(padded, new byte[16], PaddingMode.None)[^16..];
    }

    private static byte[] Double(byte[] block)
    {
        var value = new BigInteger(block, isUnsigned: true, isBigEndian: true) << 1;
        if (value >> 128 != 0) value = (value ^ 0x87) & ((BigInteger.One << 128) - 1);
        var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[16 - bytes.Length], .. bytes];
    }
}
