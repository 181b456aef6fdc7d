using System.Net;
using System.Runtime.InteropServices;
using Keyward.Vault.Gate;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Keyward.Server.Peers;

/// <summary>Stands before the TLS handshake: counts the connections of each address and the handshakes of all, and
/// closes
/// what is too much before it costs anything. Behind it, counts the requests that an address has in flight. Safe for
/// concurrent use; limits may change while it runs.</summary>
internal sealed class ConnectionGuard(PeerLimits limits, TimeProvider time, Action<IPAddress> closed)
{
    private static readonly object PeerKey = new();

    private static readonly Func<object, Task> Completed = static peer =>
    {
        Interlocked.Decrement(ref ((Peer)peer).Requests);
        return Task.CompletedTask;
    };

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Peer> _peers = [];
    private volatile PeerLimits _limits = limits;
    private long _second;
    private int _begun;

    public PeerLimits Limits
    {
        get => _limits;
        set => _limits = value;
    }

    public async Task ConnectAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (AddressOf(connection.RemoteEndPoint) is not { } address)
        {
            await next(connection).ConfigureAwait(false);
            return;
        }

        if (Enter(address) is not { } peer)
        {
            closed(address);
            connection.Abort(new ConnectionAbortedException("Too many connections."));
            return;
        }

        connection.Items[PeerKey] = peer;
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Leave(address, peer);
        }
    }

    /// <summary>Refuses a request of an address that has too many in flight already, with no look at it.</summary>
    public Task ServeAsync(HttpContext context, RequestDelegate next, Gate gate)
    {
        if (context.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(PeerKey, out var kept) is not true
            || kept is not Peer peer) return next(context);
        var isTooMany = Interlocked.Increment(ref peer.Requests) > _limits.RequestsPerPeer;
        // Not after an await: every request would pay for a method that only waits.
        context.Response.OnCompleted(Completed, peer);
        if (!isTooMany) return next(context);
        var ip = context.Connection.RemoteIpAddress?.ToString() ?? "";
        gate.Cut(Door.Unspecified, new Source(ip, context.Connection.RemotePort, null, null), RefusalReason.Overloaded);
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        return Task.CompletedTask;
    }

    private static IPAddress? AddressOf(EndPoint? endpoint)
    {
        if (endpoint is not IPEndPoint { Address: var address }) return null;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    private Peer? Enter(IPAddress address)
    {
        var isFree = IPAddress.IsLoopback(address);
        lock (_lock)
        {
            if (!isFree && !TryBegin()) return null;
            ref var peer = ref CollectionsMarshal.GetValueRefOrAddDefault(_peers, address, out _);
            peer ??= new Peer();
            if (!isFree && peer.Connections >= _limits.ConnectionsPerPeer) return null;
            peer.Connections++;
            return peer;
        }
    }

    private bool TryBegin()
    {
        var second = time.GetTimestamp() / time.TimestampFrequency;
        if (second != _second) (_second, _begun) = (second, 0);
        return ++_begun <= _limits.HandshakesPerSecond;
    }

    private void Leave(IPAddress address, Peer peer)
    {
        lock (_lock)
            if (--peer.Connections == 0) _peers.Remove(address);
    }

    private sealed class Peer
    {
        public int Connections;

        public int Requests;
    }
}
