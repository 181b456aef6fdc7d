using System.Net;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Microsoft.AspNetCore.Http;

namespace Keyward.Tests.Doors.Rpc;

/// <summary>A source is kept with its connection, and each request still shows the agent that it named itself.</summary>
public sealed class ConnectionSourceTests
{
    private readonly ConnectionSource _connection = new();

    [Fact]
    public void Requests_of_one_connection_and_agent_share_a_source()
    {
        var first = Of("one/1");
        Assert.Equal(new Source("192.0.2.7", 4711, "one/1", null), first);
        Assert.Same(first, Of("one/1"));
        Assert.Equal("two/2", Of("two/2").Agent);
        Assert.Equal("one/1", Of("one/1").Agent);
        Assert.Null(Of(null).Agent);
        Assert.Equal(new string('a', ConnectionSource.MaximumAgentLength), Of(new string('a', 300)).Agent);
    }

    [Fact]
    public void Another_connection_has_its_own()
    {
        var other = Request("one/1", 4712);
        other.Features.Set(new ConnectionSource());
        Assert.Equal(4711, Of("one/1").Port);
        Assert.Equal(4712, ConnectionSource.Of(other).Port);
        Assert.Equal(4713, ConnectionSource.Of(Request("one/1", 4713)).Port);
    }

    private Source Of(string? agent)
    {
        var context = Request(agent, 4711);
        context.Features.Set(_connection);
        return ConnectionSource.Of(context);
    }

    private static DefaultHttpContext Request(string? agent, int port)
    {
        var context = new DefaultHttpContext();
        (context.Connection.RemoteIpAddress, context.Connection.RemotePort) = (IPAddress.Parse("::ffff:192.0.2.7"), port);
        if (agent is not null) context.Request.Headers.UserAgent = agent;
        return context;
    }
}
