using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Keyward.Tests.Doors.Aws;

/// <summary>A call of AWS KMS as a client signs it (Signature Version 4), made apart from the code under test.</summary>
internal static class AwsRequest
{
    public const string Host = "127.0.0.1:8443";

    public static DefaultHttpContext Make((string Id, string Secret) key, string target, string body,
        DateTimeOffset time, string region = "us-east-1", string service = "kms", string? day = null,
        bool signsContentType = true)
    {
        var context = new DefaultHttpContext();
        var request = context.Request;
        request.Method = "POST";
        request.Path = "/";
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = "/";
        request.Headers.Host = Host;
        request.Headers.ContentType = "application/x-amz-json-1.1";
        request.Headers["X-Amz-Target"] = target;
        var date = time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        request.Headers["X-Amz-Date"] = date;
        var bytes = Encoding.UTF8.GetBytes(body);
        request.Body = new MemoryStream(bytes);
        request.ContentLength = bytes.Length;
        context.Response.Body = new MemoryStream();
        var names = (signsContentType ? "content-type;" : "") + "host;x-amz-date;x-amz-target";
        var canonical = "POST\n/\n\n" + (signsContentType ? "content-type:application/x-amz-json-1.1\n" : "") +
            $"host:{Host}\nx-amz-date:{date}\nx-amz-target:{target}\n\n{names}\n{Hex(SHA256.HashData(bytes))}";
        var scope = $"{day ?? date[..8]}/{region}/{service}/aws4_request";
        var signed = $"AWS4-HMAC-SHA256\n{date}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var secret = Encoding.UTF8.GetBytes("AWS4" + key.Secret);
        foreach (var step in scope.Split('/')) secret = Mac(secret, step);
        request.Headers.Authorization = $"AWS4-HMAC-SHA256 Credential={key.Id}/{scope}, " +
            $"SignedHeaders={names}, Signature={Hex(Mac(secret, signed))}";
        return context;
    }

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
