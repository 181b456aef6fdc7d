using System.Net;
using Keyward.Vault.Names;

namespace Keyward.Tests.Vault.Names;

/// <summary>What is read as an address or a network is what a person reads there.</summary>
public sealed class NetworkTextTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.255.0.1", "11.0.0.1")]
    [InlineData("10.1.2.3", "10.1.2.3", "10.1.2.4")]
    [InlineData("0.0.0.0/0", "203.0.113.9", "::1")]
    [InlineData("2001:db8::/32", "2001:db8::7", "2001:db9::7")]
    [InlineData("2001:DB8::7", "2001:db8::7", "2001:db8::8")]
    public void A_network_or_address_holds_its_own(string text, string within, string without)
    {
        Assert.True(NetworkText.TryParse(text, out var network));
        Assert.True(network.Contains(IPAddress.Parse(within)));
        Assert.False(network.Contains(IPAddress.Parse(without)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nowhere")]
    [InlineData("10")]
    [InlineData("1.2.3")]
    [InlineData("10.1/16")]
    [InlineData("010.0.0.1")]
    [InlineData("010.0.0.0/8")]
    [InlineData("0x0a000001")]
    [InlineData("10.0.0.1/33")]
    [InlineData("10.0.0.1/")]
    [InlineData("/8")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData(" 10.0.0.1")]
    [InlineData("10.0.0.1\0")]
    [InlineData("10.0.0.0/8\0")]
    public void What_reads_otherwise_is_none(string text) => Assert.False(NetworkText.TryParse(text, out _));
}
