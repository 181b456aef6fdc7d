using Keyward.Keystores.Material;
using Keyward.Keystores.Software;
using Keyward.Vault.Keystores;

namespace Keyward.Keystores.Root;

/// <summary>Known answers for what seals rows and keys; the values stand in docs/reference/format.md.</summary>
internal static class SealTests
{
    public static void Run()
    {
        var secret = new SecretBytes(32);
        for (var i = 0; i < 32; i++) secret.Writable[i] = (byte)i;
        using var root = new RootKey(secret);
        Expect("root-check", root.Check(), "be9dc78a0ad749787167fcfb46275711");

        var nonce = new byte[Xaes256Gcm.NonceSizeBytes];
        for (var i = 0; i < nonce.Length; i++) nonce[i] = (byte)(0x40 + i);
        var material = new byte[32];
        Array.Fill(material, (byte)0x5a);
        var deployment = new byte[16];
        Array.Fill(deployment, (byte)0xd0);
        using var sealer = new Sealer(root.WrappingKey(), new byte[16], deployment);
        var binding = new SealBinding(SealKind.ProjectKey, "projects/default", 1, "AES_256", []);
        var value = sealer.Seal(binding, material, nonce);
        Expect("seal", value.AsSpan(25),
            "fbfefdcc89c272c8a7ecc8904fbfe7f1b3aca8dca094c38678a9a1e47026d8fd60181d937ee5e5b9b91471540d7e6036");

        value[^1] ^= 1;
        try
        {
            sealer.Open(new SealedKey(new byte[16], binding, value)).Dispose();
        }
        catch (SealBrokenException)
        {
            return;
        }

        throw new SelfTestException("seal-refuses-alteration");
    }

    private static void Expect(string test, ReadOnlySpan<byte> actual, string expected)
    {
        if (!actual.SequenceEqual(Convert.FromHexString(expected))) throw new SelfTestException(test);
    }
}
