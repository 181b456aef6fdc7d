using Keyward.Keystores.Material;
using Keyward.Vault.Keystores;
using Keyward.Vault.KeyUse;

namespace Keyward.Keystores.Software;

/// <summary>Known answers for XAES-256-GCM and ciphertext format 1, run before anything is served; the values stand in
/// docs/reference/format.md.</summary>
internal static class FormatTests
{
    private const string Expected =
        "4b0100112233445566778899aabbccddeeff00000001404142434445464748494a4b4c4d4e4f5051525354555657" +
        "0ed7c53ac293d22c95c8debb0d569c3388e56750a90c519ec4bf3177f7d3d6fd" +
        "1fb532b2839845184d8647ecc9540b182bafdf8f032398e8465b21360025";

    public static void Run()
    {
        // C2SP's two: the subkey's doubling carries in one of them and not in the other.
        TestXaes(0x01, [], "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271");
        TestXaes(0x03, "c2sp.org/XAES-256-GCM"u8, "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d");
        TestFormatOne();
    }

    private static void TestXaes(byte fill, ReadOnlySpan<byte> associated, string expected)
    {
        Span<byte> key = stackalloc byte[Xaes256Gcm.KeySizeBytes];
        key.Fill(fill);
        using var cipher = new Xaes256Gcm(key);
        var plaintext = "XAES-256-GCM"u8;
        var nonce = "ABCDEFGHIJKLMNOPQRSTUVWX"u8;
        Span<byte> output = stackalloc byte[12 + Xaes256Gcm.TagSizeBytes];
        cipher.Encrypt(nonce, plaintext, output[..12], output[12..], associated);
        KnownAnswer.Expect("xaes-256-gcm", output, expected);
        Span<byte> opened = stackalloc byte[12];
        KnownAnswer.Expect("xaes-256-gcm-open",
            cipher.TryDecrypt(nonce, output[..12], output[12..], opened, associated)
            && opened.SequenceEqual(plaintext));
        output[^1] ^= 1;
        KnownAnswer.Expect("xaes-256-gcm-refuses-alteration",
            !cipher.TryDecrypt(nonce, output[..12], output[12..], opened, associated));
    }

    private static void TestFormatOne()
    {
        using var key = new Xaes256Gcm(KnownAnswer.Counting(0, Xaes256Gcm.KeySizeBytes));
        var plaintext = "attack at dawn"u8;
        var output = new byte[Ciphertext.SizeOf(plaintext.Length)];
        Ciphertext.WritePrefix(output, Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), 1);
        KnownAnswer.Counting(0x40, Ciphertext.NonceSizeBytes).CopyTo(FormatOne.NonceOf(output));
        FormatOne.Encrypt(key, Context.None.Encoded, plaintext, output);
        KnownAnswer.Expect("format-1", output, Expected);

        var opened = new byte[plaintext.Length];
        KnownAnswer.Expect("format-1-open",
            FormatOne.TryDecrypt(key, Context.None.Encoded, output, opened) && plaintext.SequenceEqual(opened));
        foreach (var at in (int[])[0, 30, 60, Ciphertext.HeaderSizeBytes, output.Length - 1])
        {
            output[at] ^= 1;
            KnownAnswer.Expect("format-1-refuses-alteration",
                !FormatOne.TryDecrypt(key, Context.None.Encoded, output, opened));
            output[at] ^= 1;
        }
    }
}
