using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Keyward.Vault.Gate;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;

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
        arrival.RequestUuid.ToString("D");

    public static async Task WriteAsync(HttpContext context, Answer answer)
    {
        var response = context.Response;
        response.StatusCode = answer.Fault?.Status ?? StatusCodes.Status200OK;
        response.ContentType = ContentType;
        if (answer.Fault is null && !answer.HasMembers)
        {
            response.ContentLength = 0;
            return;
        }

        var page = Pages.Get();
        try
        {
            var text = page.Write(answer);
            response.ContentLength = text.Length;
            await response.Body.WriteAsync(text, context.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            Pages.Return(page);
        }
    }

    /// <summary>As many answers as are commonly written at a time.</summary>
    private const int MaximumPages = 256;

    /// <summary>A larger one is not kept.</summary>
    private const int MaximumPageSizeBytes = 16 * 1024;

    private static readonly DefaultObjectPool<Page> Pages =
        new(new DefaultPooledObjectPolicy<Page>(), MaximumPages);

    /// <summary>What one answer is written on, and then another. It may have held a plaintext, so it is cleared in
    /// between.</summary>
#pragma warning disable CA1001 // The writer holds nothing but memory.
    private sealed class Page : IResettable
#pragma warning restore CA1001
    {
        private readonly ArrayBufferWriter<byte> _buffer = new(512);
        private readonly Utf8JsonWriter _json;

        public Page() => _json = new Utf8JsonWriter(_buffer, Options);

        public ReadOnlyMemory<byte> Write(Answer answer)
        {
            _json.WriteStartObject();
            if (answer.Fault is { } fault) WriteFault(_json, fault);
            else answer.WriteMembers(_json);
            _json.WriteEndObject();
            _json.Flush();
            return _buffer.WrittenMemory;
        }

        /// <summary>Clears it; false where it has grown too large to be kept.</summary>
        public bool TryReset()
        {
            _buffer.Clear();
            _json.Reset();
            return _buffer.Capacity <= MaximumPageSizeBytes;
        }
    }

    private static void WriteFault(Utf8JsonWriter json, Fault fault)
    {
        json.WriteString("__type", fault.Type);
        // Seen of AWS: this one text has a capital letter; clients read both.
        if (fault.Message is { } message)
            json.WriteString(fault.Type == "AccessDeniedException" ? "Message" : "message", message);
    }
}
