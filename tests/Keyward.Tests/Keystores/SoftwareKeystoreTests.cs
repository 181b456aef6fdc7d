using System.Security.Cryptography;
using Keyward.Vault.Keystores;
using Keyward.Vault.KeyUse;

namespace Keyward.Tests.Keystores;

public sealed class SoftwareKeystoreTests : IDisposable
{
    private readonly VaultKeys _keys = new();

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void Known_answers_hold()
    {
        _keys.Keystore.SelfTest();
        _keys.Hierarchy.SelfTest();
    }

    [Fact]
    public void Every_flipped_bit_of_a_ciphertext_is_refused()
    {
        var material = _keys.NewMaterial();
        var ciphertext = Encrypt(material, "attack at dawn"u8, Context.None);
        var opened = new byte[14];
        Assert.True(_keys.Keystore.TryDecrypt(material, Context.None.Encoded, ciphertext, opened));
        for (var bit = 0; bit < ciphertext.Length * 8; bit++)
        {
            ciphertext[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(_keys.Keystore.TryDecrypt(material, Context.None.Encoded, ciphertext, opened), $"bit {bit}");
            ciphertext[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Another_context_is_refused()
    {
        var material = _keys.NewMaterial();
        Assert.True(Context.TryFromOpaque("tenant=42"u8, out var context));
        Assert.True(Context.TryFromOpaque("tenant=43"u8, out var other));
        var ciphertext = Encrypt(material, "x"u8, context);
        Assert.False(_keys.Keystore.TryDecrypt(material, other.Encoded, ciphertext, new byte[1]));
        Assert.False(_keys.Keystore.TryDecrypt(material, Context.None.Encoded, ciphertext, new byte[1]));
        Assert.True(_keys.Keystore.TryDecrypt(material, context.Encoded, ciphertext, new byte[1]));
    }

    [Fact]
    public void Swapped_sealed_values_do_not_open()
    {
        var (a, b) = (_keys.NewMaterial("a"), _keys.NewMaterial("b"));
        var swapped = a with { Sealed = a.Sealed with { Sealed = b.Sealed.Sealed } };
        Assert.Throws<SealBrokenException>(() => Encrypt(swapped, "x"u8, Context.None));
    }

    [Fact]
    public async Task Threads_that_share_a_key_never_corrupt_a_ciphertext()
    {
        var material = _keys.NewMaterial();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            var plaintext = RandomNumberGenerator.GetBytes(100 + worker);
            var opened = new byte[plaintext.Length];
            for (var i = 0; i < 2_000; i++)
            {
                var ciphertext = Encrypt(material, plaintext, Context.None);
                Assert.True(_keys.Keystore.TryDecrypt(material, Context.None.Encoded, ciphertext, opened));
                Assert.Equal(plaintext, opened);
                // Dropped while others use it: they finish, the next one opens it anew.
                if (i % 100 == worker) _keys.Keystore.Forget(material.KeyId, material.Version);
            }
        })));
    }

    [Fact]
    public void No_type_keeps_a_cipher_that_must_not_be_shared()
    {
        Type[] banned = [typeof(AesGcm), typeof(AesCcm), typeof(ChaCha20Poly1305)];
        var fields = typeof(Keyward.Keystores.Software.SoftwareKeystore).Assembly.GetTypes()
            .SelectMany(t => t.GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Static
                | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Public));
        Assert.DoesNotContain(fields, f => banned.Contains(f.FieldType));
    }

    [Fact]
    public void Nothing_near_material_prints_it()
    {
        var material = _keys.NewMaterial();
        var hex = Convert.ToHexString(material.Sealed.Sealed)[..16];
        foreach (var text in (string[])[$"{material}", $"{material.Sealed}", $"{_keys.Root}"])
            Assert.DoesNotContain(hex, text, StringComparison.OrdinalIgnoreCase);
    }

    private byte[] Encrypt(KeyMaterial material, ReadOnlySpan<byte> plaintext, Context context)
    {
        var output = new byte[Ciphertext.SizeOf(plaintext.Length)];
        Ciphertext.WritePrefix(output, material.KeyId, material.Version);
        _keys.Keystore.Encrypt(material, context.Encoded, plaintext, output);
        return output;
    }
}
