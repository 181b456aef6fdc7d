using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Keyward.Vault.Gate;
using Microsoft.AspNetCore.Http;

namespace Keyward.Doors.Aws.Wire;

/// <summary>Writes answers in AWS JSON 1.1.</summary>
internal static class Reply
{
    private const string ContentType = "application/x-amz-json-1.1";

    private static readonly JsonWriterOptions Options = new()
    {
        // Base64 and ARNs in clear; what is written is JSON alone and never stands in a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true,
    };

    /// <summary>The request's id in the form that AWS's clients print.</summary>
    public static string RequestIdOf(Arrival arrival) =>
        Guid.ParseExact(arrival.RequestId, "N").ToString("D");

    public static async Task WriteAsync(HttpContext context, Answer answer)
    {
        var response = context.Response;
        response.StatusCode = answer.Fault?.Status ?? StatusCodes.Status200OK;
        response.ContentType = ContentType;
        var buffer = new ArrayBufferWriter<byte>(512);
        if (answer.Fault is not null || answer.Body is not null)
        {
            using var json = new Utf8JsonWriter(buffer, Options);
            json.WriteStartObject();
            if (answer.Fault is { } fault) WriteFault(json, fault);
            else answer.Body!(json);
            json.WriteEndObject();
        }

        response.ContentLength = buffer.WrittenCount;
        if (buffer.WrittenCount == 0) return;
        await response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
        buffer.Clear();
    }

    private static void WriteFault(Utf8JsonWriter json, Fault fault)
    {
        json.WriteString("__type", fault.Type);
        // Seen of AWS: this one text has a capital letter; clients read both.
        if (fault.Message is { } message)
            json.WriteString(fault.Type == "AccessDeniedException" ? "Message" : "message", message);
    }
}
