using System.Security.Cryptography;
using System.Text;
using Keyward.Doors.Aws.Signature;
using Keyward.Tests.Vectors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Keyward.Tests.Doors.Aws;

/// <summary>AWS's published examples of Signature Version 4. Those of the root path are read to the bytes that AWS says
/// are signed, and their signature is the one over these; those of a path, a query or a header twice are refused, since
/// no client of ours sends such.</summary>
public sealed class PublishedSignatureTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    [Fact]
    public void Each_published_request_is_read_to_its_string_to_sign_or_refused()
    {
        foreach (var example in VectorFile.Read("sigv4", 2))
        {
            var (context, body) = Parse(Encoding.UTF8.GetString(example.Bytes(0)));
            var proof = SignedCall.Read(context.Request, body, "service", out var scope, out var fault);
            if (!example.IsValid)
            {
                Assert.True(proof is null && fault is not null, example.Number);
                continue;
            }

            Assert.True(proof is not null, $"{example.Number}: {fault?.Message}");
            Assert.Equal(Encoding.UTF8.GetString(example.Bytes(1)), Encoding.UTF8.GetString(proof.Signed));
            Assert.Equal("20150830/us-east-1/service/aws4_request", scope.Text);
            var key = Encoding.UTF8.GetBytes(proof.Prefix + Secret);
            foreach (var step in proof.Steps) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
            Assert.Equal(HMACSHA256.HashData(key, proof.Signed), proof.Mac);
        }
    }

    /// <summary>The request as a server receives it: names and values apart, a name that occurs twice with two
    /// values.</summary>
    private static (HttpContext Context, byte[] Body) Parse(string text)
    {
        var parts = text.ReplaceLineEndings("\n").Split("\n\n", 2);
        var lines = parts[0].Split('\n');
        var (method, target) = (lines[0].Split(' ', 2)[0], lines[0].Split(' ', 2)[1]);
        target = target[..target.LastIndexOf(" HTTP/", StringComparison.Ordinal)];
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Path = "/";
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = target;
        foreach (var line in lines[1..])
        {
            // A line that goes on with the one before: servers give it on as one value or refuse it.
            var at = line.IndexOf(':', StringComparison.Ordinal);
            if (at < 0) context.Request.Headers.Append("My-Header1", line);
            else context.Request.Headers.Append(line[..at], line[(at + 1)..]);
        }

        return (context, Encoding.UTF8.GetBytes(parts.Length > 1 ? parts[1] : ""));
    }
}
