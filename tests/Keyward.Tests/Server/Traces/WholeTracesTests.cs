using System.Diagnostics;
using Keyward.Server.Traces;
using Keyward.Vault.Traces;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Keyward.Tests.Server.Traces;

/// <summary>A request's parts are sent with it or not at all, and those of one that was not chosen are made when it turns
/// out to be worth explaining.</summary>
public sealed class WholeTracesTests
{
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(80);

    [Theory]
    [InlineData(0, false, false)]
    [InlineData(0, true, true)]
    [InlineData(1, false, true)]
    [InlineData(1, true, true)]
    public void Parts_come_with_their_request(double share, bool isSlow, bool isSent)
    {
        var sent = Run(share, isSlow ? Slow : Fast, isRefused: false);
        if (!isSent)
        {
            Assert.Empty(sent);
            return;
        }

        Assert.Equal(["gate.authorize", "keystore.encrypt", "request", "vault.encrypt"],
            sent.Select(s => s.OperationName).Order());
        Assert.All(sent, s => Assert.True(s.Recorded));
        var byName = sent.ToDictionary(s => s.OperationName);
        Assert.Single(sent.Select(s => s.TraceId).Distinct());
        Assert.Equal(byName["request"].SpanId, byName["gate.authorize"].ParentSpanId);
        Assert.Equal(byName["request"].SpanId, byName["vault.encrypt"].ParentSpanId);
        Assert.Equal(byName["vault.encrypt"].SpanId, byName["keystore.encrypt"].ParentSpanId);
        Assert.All(sent, s => Assert.True(s.Duration >= TimeSpan.Zero && s.Duration < TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void A_refused_request_is_explained() =>
        Assert.Equal(4, Run(share: 0, Fast, isRefused: true).Count);

    private static List<Activity> Run(double share, TimeSpan duration, bool isRefused)
    {
        var sent = new List<Activity>();
        var requests = new ActivitySource($"requests {Guid.NewGuid():N}");
        using (Sdk.CreateTracerProviderBuilder().AddSource(requests.Name).AddSource(Tracing.SourceName)
            .SetSampler(new OwnShare(share)).AddProcessor(new WholeTraces(new Kept(sent))).Build())
        {
            using var request = requests.StartActivity("request", ActivityKind.Server)!;
            Tracing.Start("gate.authorize")?.Dispose();
            using (Tracing.Start("vault.", "encrypt"))
            using (Tracing.Start("keystore.", "encrypt"))
            {
            }

            if (isRefused) RequestParts.Of(request)!.IsRefused = true;
            request.SetEndTime(request.StartTimeUtc + duration);
        }

        return sent;
    }

    private sealed class Kept(List<Activity> sent) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            if (data.Recorded) sent.Add(data);
        }
    }
}
