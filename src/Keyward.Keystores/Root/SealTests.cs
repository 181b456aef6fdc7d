using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Keystores.Software;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Keystores;

namespace Keyward.Keystores.Root;

/// <summary>Known answers for what seals rows and keys; the values stand in docs/reference/format.md.</summary>
internal static class SealTests
{
    private static readonly SealBinding Binding = new(SealKind.ProjectKey, "projects/default", 1, "AES_256", []);

    public static void Run()
    {
        KnownAnswer.ExpectRandomness();
        TestHmac();
        TestArgon2id();
        using var root = new RootKey(new SecretBytes(KnownAnswer.Counting(0, RootKey.SizeBytes)));
        KnownAnswer.Expect("root-check", root.Check(), "be9dc78a0ad749787167fcfb46275711");
        using var wrapping = root.WrappingKey();
        KnownAnswer.Expect("root-wrap", wrapping.Span,
            "72391b9d0ab43c847ce6c30bfdcf0a17700c2c1842dd56a5bfd268fb02d020c3");
        var deployment = new byte[16];
        deployment.AsSpan().Fill(0xd0);
        using var sealer = new Sealer(wrapping.Span, new byte[16], deployment);
        TestSeal(sealer);
    }

    private static void TestSeal(Sealer sealer)
    {
        var material = new byte[32];
        material.AsSpan().Fill(0x5a);
        var value = sealer.Seal(Binding, material, KnownAnswer.Counting(0x40, Xaes256Gcm.NonceSizeBytes));
        KnownAnswer.Expect("seal", value.AsSpan(25),
            "fbfefdcc89c272c8a7ecc8904fbfe7f1b3aca8dca094c38678a9a1e47026d8fd60181d937ee5e5b9b91471540d7e6036");
        using var opened = sealer.Open(new SealedKey(new byte[16], Binding, value));
        KnownAnswer.Expect("seal-open", opened.FixedTimeEquals(material));

        value[^1] ^= 1;
        try
        {
            sealer.Open(new SealedKey(new byte[16], Binding, value)).Dispose();
        }
        catch (SealBrokenException)
        {
            return;
        }

        throw new SelfTestException("seal-refuses-alteration");
    }

    /// <summary>RFC 4231 §4.3: what seals rows, adds up the state and makes tokens.</summary>
    private static void TestHmac()
    {
        Span<byte> mac = stackalloc byte[HmacSha256.SizeBytes];
        HmacSha256.HashData("Jefe"u8, "what do ya want "u8, "for nothing?"u8, mac);
        KnownAnswer.Expect(
            "hmac-sha256", mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    /// <summary>With little memory, so that a start does not wait; the answer was computed by OpenSSL.</summary>
    private static void TestArgon2id()
    {
        Span<byte> key = stackalloc byte[32];
        PassphraseSeal.Derive(
            "correct horse battery staple"u8, KnownAnswer.Counting(0, 16), memoryKiB: 64, passes: 1, key);
        KnownAnswer.Expect("argon2id", key, "92dc5d67019623868bde079275e522f4b7e8213d3414ed85cbc2ac8a41117288");
    }
}
