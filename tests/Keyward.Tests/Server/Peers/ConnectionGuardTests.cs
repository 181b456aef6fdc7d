using System.Net;
using Keyward.Server.Peers;
using Keyward.Tests.Doors;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
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

    [Fact]
    public async Task An_address_has_so_many_requests_in_flight_and_more_once_one_is_answered()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var connection = new DefaultConnectionContext
        {
            RemoteEndPoint = new IPEndPoint(IPAddress.Parse("203.0.113.7"), 40_000),
        };
        _ = _guard.ConnectAsync(connection, _ => _end.Task);
        var (served, answers) = (0, new List<Answered>());
        for (var i = 0; i < 6; i++) await AskAsync();
        Assert.Equal((5, 429), (served, answers[^1].StatusCode));
        // What counts is the end of the answer, the refused one's too.
        foreach (var answer in answers.TakeLast(2)) await answer.EndAsync();
        await AskAsync();
        Assert.Equal((6, 200), (served, answers[^1].StatusCode));

        async Task AskAsync()
        {
            var answer = new Answered();
            answers.Add(answer);
            var context = new DefaultHttpContext();
            context.Features.Set<IConnectionItemsFeature>(connection);
            context.Features.Set<IHttpResponseFeature>(answer);
            await _guard.ServeAsync(context, _ => { served++; return Task.CompletedTask; }, doors.Gate);
        }
    }

    private sealed class Answered : HttpResponseFeature
    {
        private Func<Task> _end = () => Task.CompletedTask;

        public override void OnCompleted(Func<object, Task> callback, object state) => _end = () => callback(state);

        public Task EndAsync() => _end();
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
