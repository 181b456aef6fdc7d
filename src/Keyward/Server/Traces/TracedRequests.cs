using System.Diagnostics;
using Keyward.Doors.Rpc;
using Keyward.Vault.Traces;

namespace Keyward.Server.Traces;

/// <summary>Times a request from its headers to the end of its answer. The platform's own span of it would cost every
/// request, sent or not.</summary>
internal static class TracedRequests
{
    public static async Task ServeAsync(HttpContext context, RequestDelegate next, double share, TimeProvider time)
    {
        var trace = RequestTrace.Begin(context.Request.Headers.TraceParent, share, time);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            using var span = trace?.End();
            if (span is not null) Describe(span, context);
        }
    }

    /// <summary>What the vault does not know. No path: a stranger's may hold anything.</summary>
    private static void Describe(Activity span, HttpContext context)
    {
        var request = context.Request;
        if (span.DisplayName == Tracing.Request) span.DisplayName = request.Method;
        span.SetTag("http.request.method", request.Method)
            .SetTag("http.response.status_code", context.Response.StatusCode)
            .SetTag("network.protocol.version", request.Protocol.Replace("HTTP/", "", StringComparison.Ordinal));
        if (Admission.IsGrpc(request)) span.SetTag("rpc.system", "grpc");
        if (context.Connection.LocalIpAddress is { } address)
            span.SetTag("server.address", address.ToString()).SetTag("server.port", context.Connection.LocalPort);
    }
}
