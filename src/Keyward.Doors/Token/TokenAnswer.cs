using System.Text.Json;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Microsoft.AspNetCore.Http;

namespace Keyward.Doors.Token;

/// <summary>Answers of the token endpoint: JSON that nobody may keep (RFC 6749 §5.1, §5.2).</summary>
internal static class TokenAnswer
{
    public static Task WriteErrorAsync(HttpContext context, string error, Refusal refusal)
    {
        var code = StatusTable.CodeOf(refusal.Reason);
        var isUnavailable = code == global::Google.Rpc.Code.Unavailable;
        var isTooMuch = code == global::Google.Rpc.Code.ResourceExhausted;
        var status = isUnavailable ? StatusCodes.Status503ServiceUnavailable
            : isTooMuch ? StatusCodes.Status429TooManyRequests : StatusCodes.Status400BadRequest;
        return WriteAsync(context, status, json =>
        {
            json.WriteString("error", isUnavailable || isTooMuch ? "temporarily_unavailable" : error);
            json.WriteString("error_description", refusal.Sentence);
        });
    }

    public static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = buffer.Length;
        await context.Response.Body.WriteAsync(buffer.ToArray(), context.RequestAborted).ConfigureAwait(false);
    }
}
