using CsCheck;
using Keyward.Vault.KeyUse;

namespace Keyward.Tests.Vault.KeyUse;

public sealed class ContextTests
{
    [Theory]
    [InlineData("", "00")]
    [InlineData("tenant=42", "0174656e616e743d3432")]
    public void Opaque_bytes_are_encoded_as_specified(string bytes, string expected)
    {
        Assert.True(Context.TryFromOpaque(System.Text.Encoding.UTF8.GetBytes(bytes), out var context));
        Assert.Equal(expected, Convert.ToHexStringLower(context.Encoded));
    }

    [Fact]
    public void Pairs_sort_by_their_utf8_bytes()
    {
        Assert.True(Context.TryFromPairs([new("b", "2"), new("a", "1")], out var context));
        Assert.Equal("020002000161000131000162000132", Convert.ToHexStringLower(context.Encoded));
        Assert.True(Context.TryFromPairs([new("\U00010000", "x"), new("\uff61", "y")], out context));
        Assert.Equal("0200020003efbda10001790004f0908080000178", Convert.ToHexStringLower(context.Encoded));
    }

    [Fact]
    public void A_lone_surrogate_is_refused() =>
        Assert.False(Context.TryFromPairs([new("a", "\ud800")], out _));

    [Fact]
    public void The_reserved_prefix_means_the_same_pairs()
    {
        Assert.True(Context.TryFromPairs([new("a", "1")], out var pairs));
        Assert.True(Context.TryFromOpaque([.. "keyward.context\0"u8, .. pairs.Encoded[1..]], out var opaque));
        Assert.Equal(pairs.Encoded.ToArray(), opaque.Encoded.ToArray());
    }

    [Theory]
    [InlineData("0002000162000132000161000131")] // unsorted
    [InlineData("0002000161000131000161000131")] // a name twice
    [InlineData("000100016100013100")] // a byte too much
    [InlineData("0001000161000231")] // cut short
    [InlineData("0000")] // no pair
    [InlineData("")]
    public void The_reserved_prefix_with_anything_else_is_refused(string rest) =>
        Assert.False(Context.TryFromOpaque([.. "keyward.context\0"u8, .. Convert.FromHexString(rest)], out _));

    [Fact]
    public void No_two_opaque_contexts_encode_alike() => Gen.Select(Gen.Byte.Array[0, 40], Gen.Byte.Array[0, 40]).Sample((a, b) =>
    {
        if (!Context.TryFromOpaque(a, out var left) || !Context.TryFromOpaque(b, out var right)) return;
        Assert.Equal(a.SequenceEqual(b), left.Encoded.SequenceEqual(right.Encoded));
    });

    [Fact]
    public void A_ciphertexts_prefix_is_read_as_it_was_written() => Gen.Select(Gen.Guid, Gen.Int[1, int.MaxValue]).Sample((id, version) =>
    {
        var bytes = new byte[Ciphertext.SizeOf(0)];
        Ciphertext.WritePrefix(bytes, id, version);
        Assert.True(Ciphertext.TryReadPrefix(bytes, out var readId, out var readVersion));
        Assert.Equal((id, version), (readId, readVersion));
    });

    [Fact]
    public void Bytes_that_are_no_ciphertext_are_refused_without_a_throw() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        if (Ciphertext.TryReadPrefix(bytes, out _, out var version)) Assert.True(bytes[0] == 0x4b && bytes[1] == 1 && version > 0);
    });
}
