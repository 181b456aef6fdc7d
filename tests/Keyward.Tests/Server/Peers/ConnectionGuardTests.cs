using System.Net;
using Keyward.Server.Peers;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Server.Peers;

public sealed class ConnectionGuardTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource _end = new();
    private readonly ConnectionGuard _guard;
    private int _closed;

    public ConnectionGuardTests() =>
        _guard = new ConnectionGuard(new PeerLimits(3, 10, 5), _time, _ => _closed++);

    [Fact]
    public async Task An_address_holds_so_many_connections_and_no_more_until_one_ends()
    {
        var open = Enumerable.Range(0, 5).Select(_ => OpenAsync("203.0.113.7")).ToList();
        Assert.Equal(2, _closed);
        open.Add(OpenAsync("203.0.113.8"));
        Assert.Equal(2, _closed);
        _end.SetResult();
        await Task.WhenAll(open);
        await OpenAsync("203.0.113.7");
        Assert.Equal(2, _closed);
    }

    [Fact]
    public void Handshakes_of_all_are_counted_by_the_second()
    {
        for (var i = 0; i < 15; i++) _ = OpenAsync($"203.0.113.{i}");
        Assert.Equal(5, _closed);
        _time.Advance(TimeSpan.FromSeconds(1));
        _ = OpenAsync("198.51.100.1");
        Assert.Equal(5, _closed);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public void This_machine_is_free(string address)
    {
        for (var i = 0; i < 50; i++) _ = OpenAsync(address);
        Assert.Equal(0, _closed);
    }

    [Fact]
    public void New_limits_count_from_the_next_connection_on()
    {
        for (var i = 0; i < 3; i++) _ = OpenAsync("203.0.113.7");
        _guard.Limits = new PeerLimits(4, 10, 5);
        _ = OpenAsync("203.0.113.7");
        Assert.Equal(0, _closed);
        _ = OpenAsync("203.0.113.7");
        Assert.Equal(1, _closed);
    }

    private async Task OpenAsync(string address)
    {
        // Aborting cancels on another thread later: nothing may be disposed before.
        var connection = new DefaultConnectionContext
        {
            RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 40_000),
        };
        await _guard.ConnectAsync(connection, _ => _end.Task);
    }
}
