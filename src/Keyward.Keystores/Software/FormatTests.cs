using Keyward.Vault.Keystores;
using Keyward.Vault.KeyUse;

namespace Keyward.Keystores.Software;

/// <summary>Known answers for ciphertext format 1, run before anything is served; the values stand in
/// docs/reference/format.md.</summary>
internal static class FormatTests
{
    private const string Expected =
        "4b0100112233445566778899aabbccddeeff00000001404142434445464748494a4b4c4d4e4f5051525354555657" +
        "0ed7c53ac293d22c95c8debb0d569c3388e56750a90c519ec4bf3177f7d3d6fd" +
        "1fb532b2839845184d8647ecc9540b182bafdf8f032398e8465b21360025";

    public static void Run()
    {
        var key = new byte[Xaes256Gcm.KeySizeBytes];
        for (var i = 0; i < key.Length; i++) key[i] = (byte)i;
        using var aes = Xaes256Gcm.Open(key);
        var plaintext = "attack at dawn"u8;
        var output = new byte[Ciphertext.SizeOf(plaintext.Length)];
        Ciphertext.WritePrefix(output, Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), 1);
        SoftwareKeystore.Encrypt(aes, CountingNonce, Context.None.Encoded, plaintext, output);
        if (!output.AsSpan().SequenceEqual(Convert.FromHexString(Expected))) throw new SelfTestException("format-1");

        var opened = new byte[plaintext.Length];
        if (!SoftwareKeystore.TryDecrypt(aes, Context.None.Encoded, output, opened)
            || !plaintext.SequenceEqual(opened)) throw new SelfTestException("format-1-open");
        foreach (var at in (int[])[0, 30, 60, Ciphertext.HeaderSizeBytes, output.Length - 1])
        {
            output[at] ^= 1;
            if (SoftwareKeystore.TryDecrypt(aes, Context.None.Encoded, output, opened))
                throw new SelfTestException("format-1-refuses-alteration");
            output[at] ^= 1;
        }
    }

    private static void CountingNonce(Span<byte> nonce)
    {
        for (var i = 0; i < nonce.Length; i++) nonce[i] = (byte)(0x40 + i);
    }
}
