using System.Net;
using System.Text.Json;
using Keyward.Vault.Gate;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Keyward.Doors.Probes;

/// <summary>Health for probes: <c>/healthz</c> says that the process lives, <c>/readyz</c> whether it should get
/// traffic and
/// if not why. They touch no key and are not recorded.</summary>
internal static class ProbesDoor
{
    public static void Map(IEndpointRouteBuilder routes, Gate gate)
    {
        routes.MapGet("/healthz", context => WriteAsync(context, StatusCodes.Status200OK, "ok", "The process lives."));
        routes.MapGet("/readyz", context =>
        {
            var status = gate.Status;
            return WriteAsync(context,
                status.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
                status.Reason, status.Sentence);
        });
        routes.MapGrpcService<HealthDoor>();
    }

    /// <summary>Metrics tell much about a deployment: by default only to this machine.</summary>
    public static bool MayRead(HttpContext context, bool open) =>
        open || (context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address));

    private static async Task WriteAsync(HttpContext context, int status, string state, string sentence)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("status", state);
            json.WriteString("message", sentence);
            json.WriteEndObject();
        }

        await context.Response.Body.WriteAsync(buffer.ToArray(), context.RequestAborted).ConfigureAwait(false);
    }
}
