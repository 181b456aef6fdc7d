using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Keyward.SystemTests.Running;

/// <summary>gRPC by hand, for what no client would send: a body as it is, and the status that it gets.</summary>
internal static class GrpcWire
{
    /// <summary>A message behind the five bytes of its prefix (gRPC over HTTP/2, "Length-Prefixed-Message").</summary>
    public static byte[] Frame(byte[] message)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    public static Task<int> CallAsync(RestClient client, string path, byte[] message, bool anonymous = false) =>
        SendAsync(client, path, Frame(message), anonymous: anonymous);

    /// <param name="encoding">What grpc-encoding claims; none where it is null.</param>
    public static async Task<int> SendAsync(
        RestClient client, string path, byte[] body, string? encoding = null, bool anonymous = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/grpc") } },
            Headers = { TE = { new TransferCodingWithQualityHeaderValue("trailers") } },
        };
        if (encoding is not null) request.Headers.TryAddWithoutValidation("grpc-encoding", encoding);
        // A header of the request's own keeps the client's token away.
        if (anonymous) request.Headers.TryAddWithoutValidation("Authorization", "none");
        using var answer = await client.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        _ = await answer.Content.ReadAsByteArrayAsync();
        var status = answer.Headers.TryGetValues("grpc-status", out var early)
            ? early
            : answer.TrailingHeaders.GetValues("grpc-status");
        return int.Parse(status.Single(), CultureInfo.InvariantCulture);
    }
}
