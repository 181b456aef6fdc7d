using Keyward.Vault.Names;

namespace Keyward.Tests.Vault.Names;

/// <summary>What is read as a number has digits and nothing else, so that no name has two spellings.</summary>
public sealed class DecimalNumberTests
{
    private const string Version = "projects/p/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";

    [Theory]
    [InlineData("0", 0)]
    [InlineData("007", 7)]
    [InlineData("2147483647", int.MaxValue)]
    public void Digits_are_read(string text, int number)
    {
        Assert.True(DecimalNumber.TryParse(text, out int read));
        Assert.Equal(number, read);
        Assert.True(DecimalNumber.TryParse(text, out long same));
        Assert.Equal(number, same);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1\0")]
    [InlineData("1\0\0")]
    [InlineData("\0")]
    [InlineData(" 1")]
    [InlineData("1\n")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("1.0")]
    [InlineData("1e1")]
    [InlineData("0x1")]
    [InlineData("\u0661")]
    [InlineData("99999999999999999999")]
    public void Anything_else_is_none(string text)
    {
        Assert.False(DecimalNumber.TryParse(text, out int _));
        Assert.False(DecimalNumber.TryParse(text, out long _));
    }

    [Fact]
    public void A_name_with_zero_characters_behind_its_number_is_no_name()
    {
        Assert.True(VersionName.TryParse(Version, out _));
        Assert.True(ResourceName.TryParse(Version, out _));
        Assert.False(VersionName.TryParse(Version + "\0", out _));
        Assert.False(ResourceName.TryParse(Version + "\0", out _));
    }
}
