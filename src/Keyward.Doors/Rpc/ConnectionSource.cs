using System.Net;
using System.Security.Authentication;
using Keyward.Vault.Gate;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Keyward.Doors.Rpc;

/// <summary>Where the requests of one connection come from. All but the user agent is the connection's, and that seldom
/// changes: the last source is kept with the connection, so that few requests make one. Safe for concurrent
/// use.</summary>
internal sealed class ConnectionSource
{
    public const int MaximumAgentLength = 256;

    private volatile Source? _last;

    public static Source Of(HttpContext context)
    {
        var agent = AgentOf(context.Request);
        var kept = context.Features.Get<ConnectionSource>();
        if (kept?._last is { } last && last.Agent == agent) return last;
        var source = Make(context, agent);
        if (kept is not null) kept._last = source;
        return source;
    }

    private static string? AgentOf(HttpRequest request)
    {
        var agent = request.Headers.UserAgent.ToString();
        return agent.Length == 0 ? null : agent.Length > MaximumAgentLength ? agent[..MaximumAgentLength] : agent;
    }

    private static Source Make(HttpContext context, string? agent)
    {
        var connection = context.Connection;
        var address = connection.RemoteIpAddress ?? IPAddress.None;
        var tls = context.Features.Get<ITlsHandshakeFeature>()?.Protocol switch
        {
            SslProtocols.Tls13 => "1.3",
            SslProtocols.Tls12 => "1.2",
            _ => null,
        };
        return new Source((address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString(),
            connection.RemotePort, agent, tls);
    }
}
