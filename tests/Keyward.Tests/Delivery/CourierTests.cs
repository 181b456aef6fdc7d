using Keyward.Delivery;
using Keyward.Delivery.Sinks;
using Keyward.Tests.Conformance;
using Keyward.Tests.Delivery.Sinks;
using Keyward.Vault.Audit;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Delivery;

/// <summary>From a real log to a sink that does what the test says: in order, at least once, and never in the way of
/// operations.</summary>
public sealed class CourierTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly AuditLog _log;

    public CourierTests() => _log = AuditLog.Open(new JournalFiles(_folder.In("journal")), Batches.Log, 0);

    [Fact]
    public async Task Records_come_in_order_and_a_cursor_goes_on_where_it_stood()
    {
        await AppendAsync(0, 1_200);
        var sink = new ScriptedSink();
        using (var courier = Courier(sink))
            while (await courier.StepAsync(default) == TimeSpan.Zero)
            {
                // Full batches follow each other at once.
            }

        Assert.Equal(Enumerable.Range(0, 1_200).Select(i => (long)i), sink.Taken);
        await AppendAsync(1_200, 1);
        using var next = Courier(sink);
        await next.StepAsync(default);
        Assert.Equal(1_200, sink.Taken[^1]);
        Assert.Equal(1_201, sink.Taken.Count);
        Assert.Equal(0, next.Status.Lag);
    }

    [Fact]
    public async Task A_sink_that_is_down_is_asked_ever_less_and_loses_nothing()
    {
        await AppendAsync(0, 3);
        var sink = new ScriptedSink { WhyNot = "down" };
        using var courier = Courier(sink);
        var longest = TimeSpan.FromSeconds(1);
        for (var i = 0; i < 12; i++)
        {
            Assert.InRange(await courier.StepAsync(default), longest / 2, longest);
            longest = TimeSpan.FromTicks(Math.Min(longest.Ticks * 2, TimeSpan.FromMinutes(5).Ticks));
        }

        Assert.Equal((3L, 12L, "down"), (courier.Status.Lag, courier.Status.Failures, courier.Status.WhyNot));
        Assert.Equal(DateTimeOffset.Parse("2026-11-26T00:19:01.894236Z"), courier.Status.WaitingSince);
        sink.WhyNot = null;
        await courier.StepAsync(default);
        Assert.Equal([0, 1, 2], sink.Taken);
        Assert.Null(courier.Status.WhyNot);
        await courier.StepAsync(default);
        Assert.Null(courier.Status.WaitingSince);
    }

    [Fact]
    public async Task A_sink_that_breaks_its_own_code_stops_nothing()
    {
        await AppendAsync(0, 1);
        var sink = new ScriptedSink { Bug = new InvalidOperationException("the node must be an object") };
        using var courier = Courier(sink);
        await courier.StepAsync(default);
        Assert.Equal((1L, "the node must be an object"), (courier.Status.Lag, courier.Status.WhyNot));
    }

    [Fact]
    public async Task A_sink_may_ask_for_a_longer_pause_within_bounds()
    {
        await AppendAsync(0, 1);
        var sink = new ScriptedSink { WhyNot = "busy", After = TimeSpan.FromSeconds(90) };
        using var courier = Courier(sink);
        Assert.Equal(TimeSpan.FromSeconds(90), await courier.StepAsync(default));
        sink.After = TimeSpan.FromDays(400);
        Assert.Equal(TimeSpan.FromMinutes(5), await courier.StepAsync(default));
    }

    [Fact]
    public async Task A_sink_that_hangs_does_not_hold_operations_back()
    {
        await AppendAsync(0, 1);
        var sink = new ScriptedSink { Gate = new TaskCompletionSource() };
        using var courier = Courier(sink);
        var step = courier.StepAsync(default).AsTask();
        await sink.Entered.Task;
        await AppendAsync(1, 5_000);
        Assert.Equal((5_001L, false), (courier.Status.Lag, step.IsCompleted));
        sink.Gate.SetResult();
        await step;
        Assert.Equal(5_000, courier.Status.Lag);
    }

    [Fact]
    public async Task What_a_crash_left_unsaved_comes_twice_and_nothing_is_left_out()
    {
        await AppendAsync(0, 1_500);
        var sink = new ScriptedSink();
        // Never disposed, as in a crash: within a second only the first batch is written down.
        var crashed = Courier(sink);
        for (var i = 0; i < 3; i++) await crashed.StepAsync(default);
        using var next = Courier(sink);
        Assert.InRange(next.Status.Next, 0, 1_000);
        for (var i = 0; i < 3; i++) await next.StepAsync(default);
        Assert.Equal(Enumerable.Range(0, 1_500).Select(i => (long)i), sink.Taken.Distinct().Order());
        Assert.True(sink.Taken.Count > 1_500);
    }

    [Fact]
    public async Task A_cursor_of_another_log_or_of_no_sense_counts_for_nothing()
    {
        await AppendAsync(0, 2);
        foreach (var text in (string[])["keyward/other/node#2\n", "rubbish", ""])
        {
            await File.WriteAllTextAsync(_folder.In("cursor"), text);
            var sink = new ScriptedSink();
            using var courier = Courier(sink);
            await courier.StepAsync(default);
            Assert.Equal([0, 1], sink.Taken);
        }
    }

    [Fact]
    public async Task What_a_filter_leaves_out_is_told_in_the_stream_and_adds_up_through_a_crash()
    {
        var sink = new ScriptedSink();
        var filter = SinkFilter.Of("admin_write+admin_read", "p");
        await AppendClassesAsync(40);
        var crashed = Courier(sink, filter);
        await crashed.StepAsync(default);
        // The first batch tells at once; what is left out after it waits for a minute, which a crash cuts short.
        await AppendClassesAsync(40);
        await crashed.StepAsync(default);
        Assert.Equal(20, sink.Taken.Count);
        Assert.Equal((0, 40, 30, 10), Assert.Single(Notices(sink)));
        crashed.Dispose();
        using var next = Courier(sink, filter);
        await next.StepAsync(default);
        // Counted again from the log: what is new is told at once.
        Assert.Equal((40, 80, 30, 10), Notices(sink)[1]);
        await AppendClassesAsync(1);
        await next.StepAsync(default);
        Assert.Equal(2, sink.Notices.Count);
        _time.Advance(TimeSpan.FromMinutes(1));
        await next.StepAsync(default);
        Assert.Equal((80, 81, 1, 0), Notices(sink)[2]);
        Assert.Equal(81, next.Status.Next);
        Assert.Equal(20, sink.Taken.Count);
        Assert.All(sink.Taken, i => Assert.Equal(3, i % 4));
        foreach (var form in RecordForm.Names) Assert.Contains("left_out", sink.Notices[1].In(form));

        async Task AppendClassesAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var record = Batches.Record((int)_log.Size);
                if (_log.Size % 2 == 1) record = record.Replace("data_write", "admin_write", StringComparison.Ordinal);
                if (_log.Size % 4 == 3)
                    record = record.Replace("/k\",\"project\":\"default\"", "/k\",\"project\":\"p\"", StringComparison.Ordinal);
                await _log.AppendAsync(System.Text.Encoding.UTF8.GetBytes(record));
            }
        }

        static List<(int, int, int, int)> Notices(ScriptedSink sink) => [.. sink.Notices.Select(n =>
            (Number(n, "from"), Number(n, "to"), Number(n, "left_out"), Number(n, "sent")))];

        static int Number(DeliveredRecord notice, string name) => int.Parse(notice.View.Text("params", name)!);
    }

    public void Dispose()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    private Courier Courier(ISink sink, SinkFilter? filter = null) => new("s", sink, _log,
        DeliveryCursor.Load(_folder.In("cursor"), Batches.Log, 0, _time), _ => null, filter, _time);

    private async Task AppendAsync(int first, int count)
    {
        var appends = Enumerable.Range(first, count)
            .Select(i => _log.AppendAsync(System.Text.Encoding.UTF8.GetBytes(Batches.Record(i))).AsTask());
        await Task.WhenAll(appends);
    }

    private sealed class ScriptedSink : ISink
    {
        public List<long> Taken { get; } = [];

        public List<DeliveredRecord> Notices { get; } = [];

        public string? WhyNot { get; set; }

        public Exception? Bug { get; init; }

        public TimeSpan? After { get; set; }

        public TaskCompletionSource? Gate { get; init; }

        public TaskCompletionSource Entered { get; } = new();

        public async ValueTask SendAsync(DeliveryBatch batch, CancellationToken cancellation)
        {
            Entered.TrySetResult();
            if (Gate is not null) await Gate.Task;
            if (Bug is not null) throw Bug;
            if (WhyNot is not null) throw new DeliveryException(WhyNot, After);
            Taken.AddRange(batch.Records.Where(r => !r.IsNotice).Select(r => r.View.Index));
            Notices.AddRange(batch.Records.Where(r => r.IsNotice));
        }

        public void Dispose()
        {
        }
    }
}
