using Keyward.Keystores.Age;
using Keyward.Keystores.Root;

namespace Keyward.Tests.Keystores;

public sealed class RootSharesTests
{
    [Fact]
    public void Every_set_of_enough_shares_gives_the_root()
    {
        using var root = RootKey.Make();
        var shares = RootShares.Make(root, 5, 3);
        for (var subset = 0; subset < 1 << 5; subset++)
        {
            var chosen = shares.Where((_, i) => (subset >> i & 1) == 1).Reverse().ToList();
            if (chosen.Count < 3)
            {
                Assert.Throws<RootUnavailableException>(() => RootShares.Combine(chosen));
                continue;
            }

            using var again = RootShares.Combine(chosen);
            Assert.True(root.Secret.SequenceEqual(again.Secret));
        }
    }

    [Fact]
    public void Two_sets_of_one_root_do_not_go_together_and_a_share_counts_once()
    {
        using var root = RootKey.Make();
        var (first, second) = (RootShares.Make(root, 3, 2), RootShares.Make(root, 3, 2));
        Assert.Contains("another set", Assert.Throws<RootUnavailableException>(
            () => RootShares.Combine([first[0], second[1]])).Message);
        Assert.Contains("1 were given", Assert.Throws<RootUnavailableException>(
            () => RootShares.Combine([first[0], first[0]])).Message);
    }

    [Fact]
    public void A_slip_of_the_pen_and_an_altered_share_are_noticed()
    {
        using var root = RootKey.Make();
        var shares = RootShares.Make(root, 2, 2);
        var mistyped = shares[0][..^1] + (shares[0][^1] == 'q' ? 'p' : 'q');
        Assert.Contains("share 1 is mistyped", Assert.Throws<RootUnavailableException>(
            () => RootShares.Combine([mistyped, shares[1]])).Message);
        var bytes = Bech32.Decode("kwshare", shares[0])!;
        bytes[^1] ^= 1;
        Assert.Contains("altered", Assert.Throws<RootUnavailableException>(
            () => RootShares.Combine([Bech32.Encode("kwshare", bytes), shares[1]])).Message);
    }

    [Fact]
    public void One_share_of_two_takes_every_value_whatever_the_root_is()
    {
        using var root = RootKey.Make();
        // 2,048 draws of one byte: each of 256 values is missing with a chance of one in 3,000.
        var seen = Enumerable.Range(0, 2_048).Select(_ => Bech32.Decode("kwshare", RootShares.Make(root, 2, 2)[0])![^1])
            .ToHashSet();
        Assert.True(seen.Count > 240, $"{seen.Count} values");
    }

    [Fact]
    public void The_field_is_that_of_AES()
    {
        // FIPS 197 §4.2: {57} • {83} = {c1}, {57} • {13} = {fe}.
        Assert.Equal(0xc1, ShareField.Multiply(0x57, 0x83));
        Assert.Equal(0xfe, ShareField.Multiply(0x57, 0x13));
        for (var a = 1; a < 256; a++) Assert.Equal(1, ShareField.Multiply((byte)a, ShareField.Invert((byte)a)));
    }
}
