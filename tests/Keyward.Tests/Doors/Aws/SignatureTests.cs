using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Keyward.Tests.Doors.Aws;

/// <summary>Signature Version 4 as the door judges it: what was altered after signing, what was left unsigned, and what
/// is signed for another time, place or service is refused, and changes nothing.</summary>
public sealed class SignatureTests
{
    private const string Target = "TrentService.ListKeys";
    private const string Body = """{"Limit":10}""";

    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    /// <summary>What is done to a good request, and the error that it gets.</summary>
    private static readonly (string What, Action<HttpContext> Spoil, string Error)[] Spoilt =
    [
        ("another body", c => SetBody(c, """{"Limit":11}"""), "InvalidSignatureException"),
        ("another operation", c => c.Request.Headers["X-Amz-Target"] = "TrentService.ListAliases",
            "InvalidSignatureException"),
        ("another date", c => c.Request.Headers["X-Amz-Date"] = Stamp(Now.AddSeconds(-1)),
            "InvalidSignatureException"),
        ("another host", c => c.Request.Headers.Host = "kms.us-east-1.amazonaws.com", "InvalidSignatureException"),
        ("an x-amz- header unsigned", c => c.Request.Headers["X-Amz-User-Agent"] = "x", "InvalidSignatureException"),
        ("a session token added", c => c.Request.Headers["X-Amz-Security-Token"] = "kws1.x.00000000",
            "InvalidSignatureException"),
        ("two dates", c => c.Request.Headers["X-Amz-Date"] = new([Stamp(Now), Stamp(Now)]),
            "InvalidSignatureException"),
        ("no date", c => c.Request.Headers.Remove("X-Amz-Date"), "IncompleteSignatureException"),
        ("two Authorization headers", c => c.Request.Headers.Authorization =
            new([c.Request.Headers.Authorization[0], c.Request.Headers.Authorization[0]]),
            "IncompleteSignatureException"),
        ("/./", c => SetTarget(c, "/./"), "InvalidSignatureException"),
        ("//", c => SetTarget(c, "//"), "InvalidSignatureException"),
        ("a query", c => c.Request.QueryString = new QueryString("?a=1"), "InvalidSignatureException"),
        ("no host signed", c => Edit(c, "content-type;host;", "content-type;"), "InvalidSignatureException"),
        ("headers out of order", c => Edit(c, "content-type;host", "host;content-type"),
            "IncompleteSignatureException"),
        ("no signature", c => Edit(c, ", Signature=", ", Sig="), "IncompleteSignatureException"),
        ("an asymmetric signature", c => Edit(c, "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
            "IncompleteSignatureException"),
        ("one digit", c => FlipLast(c), "InvalidSignatureException"),
        ("an unsigned payload", c => c.Request.Headers["X-Amz-Content-Sha256"] = "UNSIGNED-PAYLOAD",
            "InvalidSignatureException"),
        ("none at all", c => c.Request.Headers.Remove("Authorization"), "MissingAuthenticationTokenException"),
        ("an unknown key", c => Edit(c, "Credential=", "Credential=X"), "UnrecognizedClientException"),
    ];

    [Fact]
    public async Task A_good_request_is_served_and_each_spoilt_one_refused()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var good = await doors.CallAwsAsync(Target, Body);
        Assert.True(good.Status == 200, good.Text);
        foreach (var (what, spoil, error) in Spoilt)
        {
            var reply = await doors.CallAwsAsync(Target, Body, spoil);
            Assert.Equal((what, 400, error), (what, reply.Status, TypeOf(reply)));
        }
    }

    /// <summary>As AWS's SDK for JavaScript, version 2, does it.</summary>
    [Fact]
    public async Task A_content_type_that_is_not_signed_is_let_pass()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var reply = await doors.CallAwsAsync(Target, Body, context => CopyFrom(context, AwsRequest.Make(
            doors.AccessKey, Target, Body, TimeProvider.System.GetUtcNow(), signsContentType: false)));
        Assert.True(reply.Status == 200, reply.Text);
    }

    [Theory]
    [InlineData(299, null)]
    [InlineData(302, "InvalidSignatureException")]
    [InlineData(-298, null)]
    [InlineData(-302, "InvalidSignatureException")]
    public async Task Five_minutes_of_skew_are_let_pass(int seconds, string? error)
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Now);
        await using var doors = await OpenDoors.OpenAsync(clock);
        var reply = await doors.CallAwsAsync(Target, Body, context =>
            CopyFrom(context, AwsRequest.Make(doors.AccessKey, Target, Body, Now.AddSeconds(seconds))));
        Assert.Equal(error, reply.Status == 200 ? null : TypeOf(reply));
    }

    [Theory]
    [InlineData("us-east-1", "s3")]
    [InlineData("mars-north-1", "kms")]
    [InlineData("us-east-1", "kms", "20200101")]
    public async Task A_scope_of_another_place_service_or_day_is_refused(string region, string service, string? day = null)
    {
        await using var doors = await OpenDoors.OpenAsync();
        var reply = await doors.CallAwsAsync(Target, Body, context => CopyFrom(
            context, AwsRequest.Make(doors.AccessKey, Target, Body, Now, region, service, day)));
        Assert.Equal("InvalidSignatureException", TypeOf(reply));
    }

    private static string? TypeOf(RestReply reply) => reply.Json.GetProperty("__type").GetString();

    private static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString(
        "yyyyMMdd'T'HHmmss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static void SetBody(HttpContext context, string body)
    {
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        context.Request.ContentLength = body.Length;
    }

    private static void SetTarget(HttpContext context, string target) =>
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = target;

    private static void Edit(HttpContext context, string from, string to)
    {
        var old = context.Request.Headers.Authorization[0]!;
        context.Request.Headers.Authorization = old.Replace(from, to, StringComparison.Ordinal);
    }

    private static void FlipLast(HttpContext context)
    {
        var old = context.Request.Headers.Authorization[0]!;
        context.Request.Headers.Authorization = old[..^1] + (old[^1] == '0' ? '1' : '0');
    }

    private static void CopyFrom(HttpContext context, HttpContext other)
    {
        foreach (var (name, values) in other.Request.Headers) context.Request.Headers[name] = values;
    }
}
