using Keyward.Vault.Gate;

namespace Keyward.Tests.Vault.Gate;

public sealed class PeerNetworkTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.0/24")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.0/24")]
    [InlineData("2001:db8:1234:5678::1", "2001:db8:1234:5600::/56")]
    [InlineData("nonsense", "others")]
    public void A_network_is_a_24_or_a_56(string ip, string expected) =>
        Assert.Equal(expected, PeerNetwork.Of(ip).ToString());

    [Fact]
    public void Neighbours_are_one_network_and_others_are_not()
    {
        Assert.Equal(PeerNetwork.Of("203.0.113.7"), PeerNetwork.Of("203.0.113.250"));
        Assert.NotEqual(PeerNetwork.Of("203.0.113.7"), PeerNetwork.Of("203.0.114.7"));
        Assert.NotEqual(PeerNetwork.Of("0.0.0.1"), PeerNetwork.Of("::"));
    }
}
