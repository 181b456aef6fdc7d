using System.Diagnostics;
using Keyward.Vault.Traces;
using Microsoft.Extensions.Time.Testing;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Keyward.Tests.Vault.Traces;

/// <summary>A request's parts are sent with it or not at all, and those of one that was not chosen are made when it
/// turns out to be worth explaining.</summary>
public sealed class RequestTraceTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Caller = "00f067aa0ba902b7";

    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(80);
    private static readonly DateTimeOffset Began = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, false, false)]
    [InlineData(0, true, true)]
    [InlineData(1, false, true)]
    [InlineData(1, true, true)]
    public void Parts_come_with_their_request(double share, bool isSlow, bool isSent)
    {
        var sent = Run($"00-{Trace}-{Caller}-00", share, isSlow ? Slow : Fast);
        if (!isSent)
        {
            Assert.Empty(sent);
            return;
        }

        Assert.Equal(["gate.authorize", "keystore.encrypt", "request", "store.write", "vault.encrypt"],
            sent.Select(s => s.OperationName).Order());
        Assert.All(sent, s => Assert.True(s.Recorded));
        Assert.All(sent, s => Assert.Equal(Trace, s.TraceId.ToHexString()));
        var byName = sent.ToDictionary(s => s.OperationName);
        Assert.Equal(Caller, byName["request"].ParentSpanId.ToHexString());
        Assert.Equal(byName["request"].SpanId, byName["gate.authorize"].ParentSpanId);
        Assert.Equal(byName["request"].SpanId, byName["vault.encrypt"].ParentSpanId);
        Assert.Equal(byName["vault.encrypt"].SpanId, byName["keystore.encrypt"].ParentSpanId);
        Assert.Equal(byName["vault.encrypt"].SpanId, byName["store.write"].ParentSpanId);
    }

    [Fact]
    public void Times_are_those_of_the_request_and_of_each_part()
    {
        var byName = Run(null, share: 0, Slow).ToDictionary(s => s.OperationName);
        Assert.Equal((Began.UtcDateTime, Slow), (byName["request"].StartTimeUtc, byName["request"].Duration));
        // Each took a millisecond, one after the other; what is around lasts as long as what is in it.
        Assert.Equal(Began.UtcDateTime, byName["gate.authorize"].StartTimeUtc);
        Assert.Equal(TimeSpan.FromMilliseconds(1), byName["gate.authorize"].Duration);
        Assert.Equal(Began.UtcDateTime.AddMilliseconds(1), byName["vault.encrypt"].StartTimeUtc);
        Assert.Equal(TimeSpan.FromMilliseconds(2), byName["vault.encrypt"].Duration);
        Assert.Equal(Began.UtcDateTime.AddMilliseconds(1), byName["keystore.encrypt"].StartTimeUtc);
        Assert.Equal(TimeSpan.FromMilliseconds(1), byName["keystore.encrypt"].Duration);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01")]
    [InlineData("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01")]
    [InlineData("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    public void What_is_no_context_of_a_caller_begins_a_trace_of_its_own(string? traceParent)
    {
        ActivityTraceId id = default;
        var request = Run(traceParent, share: 0, Slow, trace => id = trace.TraceId)
            .Single(s => s.OperationName == "request");
        Assert.NotEqual(Trace, request.TraceId.ToHexString());
        Assert.Equal(id, request.TraceId);
        Assert.Equal(default, request.ParentSpanId);
    }

    [Fact]
    public void A_part_that_ends_after_its_request_disturbs_nothing()
    {
        using var listening = Listen([]);
        var trace = RequestTrace.Begin(null, 1, TimeProvider.System)!;
        var part = Tracing.Start("audit.commit");
        var place = Tracing.Here();
        trace.End()!.Dispose();
        part!.Value.Dispose();
        place!.Value.Note("store.write", 0);
        Tracing.Start("audit.commit")!.Value.Dispose();
    }

    /// <summary>Within six standard deviations where chance decides.</summary>
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0.01, 100, 60)]
    [InlineData(0.5, 5_000, 300)]
    [InlineData(1, 10_000, 0)]
    public void The_share_is_kept_for_callers_with_a_trace_and_without(double share, int expected, int tolerance)
    {
        var callers = Enumerable.Range(0, 10_000).Select(_ => ActivityTraceId.CreateRandom()).ToList();
        bool IsChosen(ActivityTraceId id) => TraceShare.Chooses(id, share);
        Assert.InRange(callers.Count(IsChosen), expected - tolerance, expected + tolerance);
        Assert.Equal(callers.Where(IsChosen), callers.Where(IsChosen));
        Assert.InRange(callers.Count(_ => IsChosen(default)), expected - 5, expected + 5);
    }

    private static List<Activity> Run(
        string? traceParent, double share, TimeSpan duration, Action<RequestTrace>? look = null)
    {
        var sent = new List<Activity>();
        var time = new FakeTimeProvider(Began);
        var part = TimeSpan.FromMilliseconds(1);
        using (Listen(sent))
        {
            var trace = RequestTrace.Begin(traceParent, share, time)!;
            look?.Invoke(trace);
            using (Tracing.Start("gate.authorize")) time.Advance(part);
            using (Tracing.Start("vault.", "encrypt"))
            {
                using (Tracing.Start("keystore.", "encrypt")) time.Advance(part);
                var began = time.GetTimestamp();
                time.Advance(part);
                Tracing.Here()!.Value.Note("store.write", began);
            }

            time.Advance(duration - (3 * part));
            trace.End()?.Dispose();
        }

        return sent;
    }

    /// <summary>Other requests of this process, traced meanwhile by other tests, have other threads.</summary>
    private static TracerProvider Listen(List<Activity> sent) => Sdk.CreateTracerProviderBuilder()
        .AddSource(Tracing.SourceName).SetSampler(new AlwaysOnSampler()).AddProcessor(new Kept(sent)).Build();

    private sealed class Kept(List<Activity> sent) : BaseProcessor<Activity>
    {
        private readonly int _thread = Environment.CurrentManagedThreadId;

        public override void OnEnd(Activity data)
        {
            if (data.Recorded && Environment.CurrentManagedThreadId == _thread) sent.Add(data);
        }
    }
}
