using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Keystores.Software;
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

    [Theory]
    [InlineData("", "00", "1fb532b2839845184d8647ecc9540b182bafdf8f032398e8465b21360025")]
    [InlineData("opaque", "0174656e616e743d3432", "1fb532b2839845184d8647ecc954f88bd060d8953b535fb5cb7298a9ac38")]
    [InlineData("a=1,b=2", "020002000161000131000162000132",
        "1fb532b2839845184d8647ecc9542a40492605c473c27b88ddac46b0b642")]
    [InlineData("\U00010000=x,\uff61=y", "0200020003efbda10001790004f0908080000178",
        "1fb532b2839845184d8647ecc954fff21c8e6fa046dc9136b096c8d0e814")]
    public void Format_1_gives_the_published_ciphertexts(string pairs, string encoded, string body)
    {
        Assert.True(pairs == "opaque"
            ? Context.TryFromOpaque("tenant=42"u8, out var context)
            : Context.TryFromPairs(pairs.Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(p => KeyValuePair.Create(p.Split('=')[0], p.Split('=')[1])), out context));
        Assert.Equal(encoded, Convert.ToHexStringLower(context.Encoded));
        using var key = new Xaes256Gcm([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        var output = new byte[Ciphertext.SizeOf(14)];
        Ciphertext.WritePrefix(output, Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), 1);
        for (var i = 0; i < 24; i++) FormatOne.NonceOf(output)[i] = (byte)(0x40 + i);
        FormatOne.Encrypt(key, context.Encoded, "attack at dawn"u8, output);
        Assert.Equal("4b0100112233445566778899aabbccddeeff00000001404142434445464748494a4b4c4d4e4f5051525354555657" +
            "0ed7c53ac293d22c95c8debb0d569c3388e56750a90c519ec4bf3177f7d3d6fd" + body,
            Convert.ToHexStringLower(output));
        var opened = new byte[14];
        Assert.True(FormatOne.TryDecrypt(key, context.Encoded, output, opened));
        Assert.Equal("attack at dawn"u8, opened);
    }

    [Fact]
    public void Swapped_sealed_values_do_not_open_even_where_the_key_lies_open()
    {
        var (a, b) = (_keys.NewMaterial("a"), _keys.NewMaterial("b"));
        Encrypt(a, "x"u8, Context.None);
        var swapped = a with { Sealed = a.Sealed with { Sealed = b.Sealed.Sealed } };
        Assert.Throws<SealBrokenException>(() => Encrypt(swapped, "x"u8, Context.None));
        Assert.Throws<SealBrokenException>(() => Encrypt(
            a with { Sealed = a.Sealed with { Binding = b.Sealed.Binding } }, "x"u8, Context.None));
        Encrypt(b, "x"u8, Context.None);
    }

    [Fact]
    public void Destroyed_material_does_not_open()
    {
        var material = _keys.NewMaterial();
        var destroyed = material with { Sealed = material.Sealed with { Sealed = [] } };
        Assert.Throws<SealBrokenException>(() => Encrypt(destroyed, "x"u8, Context.None));
    }

    [Fact]
    public void Opened_keys_stay_within_their_bound_and_all_of_them_work()
    {
        using var keystore = new SoftwareKeystore(_keys.Hierarchy, maximumOpened: 4);
        var materials = Enumerable.Range(1, 20).Select(i => _keys.NewMaterial($"k{i}")).ToList();
        for (var round = 0; round < 3; round++)
        {
            foreach (var material in materials)
            {
                var output = new byte[Ciphertext.SizeOf(1)];
                Ciphertext.WritePrefix(output, material.KeyId, material.Version);
                keystore.Encrypt(material, [0], "x"u8, output);
                Assert.True(keystore.TryDecrypt(material, [0], output, new byte[1]));
                Assert.InRange(keystore.OpenedCount, 1, 4);
            }
        }

        foreach (var material in materials) keystore.Forget(material.KeyId, material.Version);
        Assert.Equal(0, keystore.OpenedCount);
    }

    [Fact]
    public void A_key_forgotten_while_it_is_opened_is_not_kept()
    {
        var material = _keys.NewMaterial();
        OpenedKeys? opened = null;
        using var keys = opened = new OpenedKeys(4, from =>
        {
            opened!.Forget(material.KeyId, material.Version);
            return _keys.Hierarchy.OpenVersion(from.Sealed);
        });
        using (var key = keys.Enter(material)) Assert.True(key.TryEnter());
        Assert.Equal(0, keys.Count);
    }

    /// <summary>One GCM body that is good under two keys: everything but the commitment holds under the second
    /// key.</summary>
    [Fact]
    public void A_body_that_is_valid_under_two_keys_is_refused_by_the_commitment()
    {
        using var first = new Xaes256Gcm(RandomNumberGenerator.GetBytes(32));
        using var second = new Xaes256Gcm(RandomNumberGenerator.GetBytes(32));
        var id = new Guid(RandomNumberGenerator.GetBytes(16));
        foreach (var owner in (Xaes256Gcm[])[first, second])
        {
            var ciphertext = Salamander.Make(first, second, owner, id);
            var (header, body, tag) = (ciphertext[..78], ciphertext[78..^16], ciphertext[^16..]);
            var nonce = header[22..46];
            var opened = new byte[body.Length];
            byte[] associated = [.. header, 0];
            Assert.True(first.TryDecrypt(nonce, body, tag, opened, associated));
            Assert.True(second.TryDecrypt(nonce, body, tag, opened, associated));

            var other = owner == first ? second : first;
            Assert.True(FormatOne.TryDecrypt(owner, [0], ciphertext, opened));
            Assert.False(FormatOne.TryDecrypt(other, [0], ciphertext, opened));
            Assert.All(opened, b => Assert.Equal(0, b));
        }
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
        // A stream of the age format has one reader or writer, which disposes it.
        var fields = typeof(SoftwareKeystore).Assembly.GetTypes()
            .Where(t => t.Namespace != typeof(Keyward.Keystores.Age.AgeReader).Namespace)
            .SelectMany(t => t.GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Static
                | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Public));
        Assert.DoesNotContain(fields, f => banned.Contains(f.FieldType));
    }

    [Fact]
    public void Nothing_near_material_prints_it()
    {
        var material = _keys.NewMaterial();
        var hex = Convert.ToHexString(material.Sealed.Sealed)[..16];
        foreach (var text in (string[])
            [$"{material}", $"{material.Sealed}", $"{_keys.Root}", $"{_keys.Hierarchy}"])
            Assert.DoesNotContain(hex, text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Secret_bytes_print_nothing_and_are_gone_after_dispose()
    {
        var secret = new SecretBytes("correct horse"u8);
        Assert.DoesNotContain("horse", $"{secret}", StringComparison.Ordinal);
        Assert.DoesNotContain("636f7272", $"{secret}", StringComparison.OrdinalIgnoreCase);
        Assert.True(secret.FixedTimeEquals("correct horse"u8));
        Assert.False(secret.FixedTimeEquals("correct horsf"u8));
        var memory = secret.Span;
        secret.Dispose();
        foreach (var b in memory) Assert.Equal(0, b);
        Assert.Throws<ObjectDisposedException>(() => secret.Span.Length);
    }

    private byte[] Encrypt(KeyMaterial material, ReadOnlySpan<byte> plaintext, Context context)
    {
        var output = new byte[Ciphertext.SizeOf(plaintext.Length)];
        Ciphertext.WritePrefix(output, material.KeyId, material.Version);
        _keys.Keystore.Encrypt(material, context.Encoded, plaintext, output);
        return output;
    }
}
