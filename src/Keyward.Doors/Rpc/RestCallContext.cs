using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Keyward.Doors.Rpc;

/// <summary>The call context of a REST request, so that handlers serve both transports alike.</summary>
internal sealed class RestCallContext : ServerCallContext
{
    private readonly HttpContext _http;
    private readonly Dictionary<object, object> _state = [];

    public RestCallContext(HttpContext http, string method)
    {
        _http = http;
        MethodCore = method;
        // The key under which Grpc.AspNetCore itself keeps the HTTP context: GetHttpContext() finds it here.
        _state["__HttpContext"] = http;
    }

    protected override string MethodCore { get; }

    protected override string HostCore => _http.Request.Host.Value ?? "";

    protected override string PeerCore => _http.Connection.RemoteIpAddress?.ToString() ?? "";

    protected override DateTime DeadlineCore => DateTime.MaxValue;

    protected override Metadata RequestHeadersCore => [];

    protected override CancellationToken CancellationTokenCore => _http.RequestAborted;

    protected override Metadata ResponseTrailersCore { get; } = [];

    protected override Status StatusCore { get; set; } = Status.DefaultSuccess;

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => new("", []);

    protected override IDictionary<object, object> UserStateCore => _state;

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException();

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
}
