using System.Text;
using System.Xml;
using Keyward.Doors.Aws.Wire;
using Microsoft.AspNetCore.Http;

namespace Keyward.Doors.Aws.Sts;

/// <summary>Writes answers of AWS's query protocol: XML, with the operation's name around its result.</summary>
internal static class StsReply
{
    private const string Namespace = "https://sts.amazonaws.com/doc/2011-06-15/";

    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), OmitXmlDeclaration = true,
    };

    public static Task WriteAsync(HttpContext context, string requestId, string operation, Action<XmlWriter> write) =>
        WriteAsync(context, StatusCodes.Status200OK, xml =>
        {
            xml.WriteStartElement(operation + "Response", Namespace);
            xml.WriteStartElement(operation + "Result");
            write(xml);
            xml.WriteEndElement();
            xml.WriteStartElement("ResponseMetadata");
            xml.WriteElementString("RequestId", requestId);
            xml.WriteEndElement();
            xml.WriteEndElement();
        });

    public static Task WriteAsync(HttpContext context, string requestId, Fault fault) =>
        WriteAsync(context, fault.Status, xml =>
        {
            xml.WriteStartElement("ErrorResponse", Namespace);
            xml.WriteStartElement("Error");
            xml.WriteElementString("Type", fault.Status < 500 ? "Sender" : "Receiver");
            xml.WriteElementString("Code", fault.Type);
            xml.WriteElementString("Message", fault.Message ?? "");
            xml.WriteEndElement();
            xml.WriteElementString("RequestId", requestId);
            xml.WriteEndElement();
        });

    private static async Task WriteAsync(HttpContext context, int status, Action<XmlWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var xml = XmlWriter.Create(buffer, Settings)) write(xml);
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/xml";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = buffer.Length;
        await context.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length),
            context.RequestAborted).ConfigureAwait(false);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(buffer.GetBuffer());
    }
}
