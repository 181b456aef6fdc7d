using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Rpc;
using Microsoft.AspNetCore.Http;
using Status = Google.Rpc.Status;

namespace Keyward.Doors.Rpc;

/// <summary>Writes REST answers in Google's JSON mapping, and errors in Google's envelope.</summary>
internal static class RestAnswer
{
    private const string ContentType = "application/json; charset=UTF-8";

    private static readonly JsonFormatter Names = new(
        JsonFormatter.Settings.Default.WithTypeRegistry(RpcStatus.Types));

    private static readonly JsonFormatter Numbers = new(
        JsonFormatter.Settings.Default.WithTypeRegistry(RpcStatus.Types).WithFormatEnumsAsIntegers(true));

    public static Task WriteAsync(HttpContext context, IMessage message, SystemParameters parameters)
    {
        if (message is global::Google.Api.HttpBody raw)
            return WriteAsync(context, StatusCodes.Status200OK, raw.ContentType, raw.Data.Memory);
        var json = (parameters.EnumsAsNumbers ? Numbers : Names).Format(message);
        if (parameters.Fields is { } fields) json = fields.Of(JsonNode.Parse(json))!.ToJsonString();
        return WriteAsync(context, StatusCodes.Status200OK, json);
    }

    public static Task WriteErrorAsync(HttpContext context, Status status, int? httpStatus = null)
    {
        var code = (Code)status.Code;
        var http = httpStatus ?? StatusTable.HttpStatusOf(code);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            json.WriteNumber("code", http);
            json.WriteString("message", status.Message);
            json.WriteString("status", StatusTable.NameOf(code));
            if (status.Details.Count > 0)
            {
                json.WriteStartArray("details");
                foreach (var detail in status.Details) json.WriteRawValue(Names.Format(detail));
                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        if (code == Code.Unauthenticated) context.Response.Headers.WWWAuthenticate = "Bearer realm=\"keyward\"";
        return WriteAsync(context, http, Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static Task WriteAsync(HttpContext context, int status, string json) =>
        WriteAsync(context, status, ContentType, Encoding.UTF8.GetBytes(json + "\n"));

    private static Task WriteAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> bytes)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = bytes.Length;
        return response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }
}
