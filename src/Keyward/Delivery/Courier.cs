using System.Security.Cryptography;
using Keyward.Delivery.Sinks;
using Keyward.Vault.Audit;

namespace Keyward.Delivery;

/// <summary>How a sink stands. Values are whole, but need not be of one moment.</summary>
/// <param name="Next">The index that goes out next: what is before was confirmed.</param>
/// <param name="WhyNot">Why the last attempt failed; null where it did not.</param>
/// <param name="WaitingSince">Time of the oldest record that waits; null where none does.</param>
internal sealed record DeliveryStatus(
    string Sink, long Next, long Lag, long Delivered, long Failures, string? WhyNot, DateTimeOffset? WaitingSince);

/// <summary>Brings one log's records to one sink, in order, each at least once. It reads what is durable, never what is
/// on its way, and keeps nothing in memory but one batch: a sink that is slow or down costs operations nothing and the
/// records wait in the log. One caller of <see cref="StepAsync"/> at a time; the status is for anyone.</summary>
internal sealed class Courier(
    string name, ISink sink, IAuditLog log, DeliveryCursor cursor, Func<string, string?> accountOf,
    SinkFilter? filter = null, TimeProvider? time = null) : IDisposable
{
    /// <summary>So many are looked at for one batch where a filter leaves most of them out.</summary>
    private const int MaximumScanned = 20_000;

    /// <summary>The pause where nothing waits.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(5);

    private readonly JournalPlace _place = new();
    private long _delivered;
    private long _failures;
    private int _failedInARow;
    private long _next = cursor.Next;
    private string? _whyNot;
    private DateTimeOffset? _waitingSince;
    private LeftOut? _leftOut;

    /// <summary>What of the log must stay for this sink.</summary>
    public long Needed => Math.Min(Volatile.Read(ref _next), cursor.Told);

    public string Name { get; } = name;

    public DeliveryStatus Status
    {
        get
        {
            var next = Volatile.Read(ref _next);
            return new DeliveryStatus(Name, next, Math.Max(0, log.Size - next), Volatile.Read(ref _delivered),
                Volatile.Read(ref _failures), _whyNot, _waitingSince);
        }
    }

    /// <summary>One attempt: the next batch, if there is one. Gives how long to wait before the next attempt.</summary>
    public async ValueTask<TimeSpan> StepAsync(CancellationToken cancellation)
    {
        try
        {
            if (filter is not null) _leftOut ??= await CountAsync(cancellation).ConfigureAwait(false);
            var (batch, next, leftOut) = await ReadAsync(cancellation).ConfigureAwait(false);
            if (batch is null && next == cursor.Next)
            {
                _waitingSince = null;
                cursor.Save();
                return Pause;
            }

            _waitingSince = batch?.Records[0].View.Time;
            if (batch is not null) await sink.SendAsync(batch, cancellation).ConfigureAwait(false);
            var notices = batch?.Records[^1].IsNotice == true ? 1 : 0;
            var sent = (batch?.Records.Count ?? 0) - notices;
            if (notices == 1) _leftOut!.Told(next);
            else _leftOut?.Add(leftOut, sent);
            cursor.Told = _leftOut?.From ?? next;
            cursor.MoveTo(next);
            Volatile.Write(ref _next, next);
            _delivered += sent;
            (_failedInARow, _whyNot) = (0, null);
            return next >= log.Size || (filter is null && sent < sink.MaximumRecords) ? Pause : TimeSpan.Zero;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            // Whatever the other side answers, and whatever that does to the code that reads it: the records wait, and
            // the server goes on.
            _failures++;
            _whyNot = failure.Message;
            return RetryAfter((failure as DeliveryException)?.After);
        }
    }

    public void Dispose()
    {
        cursor.Save();
        sink.Dispose();
    }

    /// <summary>Twice as long after each failure, and by chance somewhat less, so that many nodes do not come back at
    /// once. What the other side asks for counts, within bounds.</summary>
    private TimeSpan RetryAfter(TimeSpan? asked)
    {
        var doublings = Math.Min(_failedInARow++, 10);
        var longest = Math.Min(FirstRetry.TotalMilliseconds * (1 << doublings), LastRetry.TotalMilliseconds);
        var wait = TimeSpan.FromMilliseconds(
            RandomNumberGenerator.GetInt32((int)longest / 2, (int)longest + 1));
        return asked > wait ? TimeSpan.FromTicks(Math.Min(asked.Value.Ticks, LastRetry.Ticks)) : wait;
    }

    /// <summary>What goes out next, where the reading stopped, and how many records the filter left out. What was left
    /// out for long goes out as a record at the end, alone if nothing else does.</summary>
    private async ValueTask<(DeliveryBatch? Batch, long Next, int LeftOut)> ReadAsync(CancellationToken cancellation)
    {
        var (next, sizeBytes, leftOut) = (cursor.Next, 0, 0);
        var records = new List<DeliveredRecord>();
        if (log.Size > next)
            await foreach (var (index, entry) in log.ReadAsync(next, cancellation, _place).ConfigureAwait(false))
            {
                var view = new RecordView(entry, log.Origin, index, accountOf);
                next = index + 1;
                if (filter?.Takes(view) != false)
                {
                    records.Add(new DeliveredRecord(view));
                    sizeBytes += entry.Length;
                }
                else leftOut++;
                if (records.Count == sink.MaximumRecords || sizeBytes >= sink.MaximumSizeBytes
                    || records.Count + leftOut == MaximumScanned) break;
            }

        if (_leftOut is { } told && told.WouldBeDue(leftOut))
            records.Add(told.Tell(next, leftOut, records.Count, accountOf));
        return (records.Count == 0 ? null : new DeliveryBatch(log.Origin, records) { NextIndex = next }, next, leftOut);
    }

    /// <summary>Where it was told before, with what came since and was not told when the program ended.</summary>
    private async ValueTask<LeftOut> CountAsync(CancellationToken cancellation)
    {
        var counted = new LeftOut(Name, filter!, log.Origin, cursor.Told, time!);
        var (leftOut, sent) = (0L, 0L);
        if (cursor.Told < cursor.Next)
            await foreach (var (index, entry) in log.ReadAsync(cursor.Told, cancellation).ConfigureAwait(false))
            {
                if (index >= cursor.Next) break;
                if (filter!.Takes(new RecordView(entry, log.Origin, index, accountOf))) sent++;
                else leftOut++;
            }

        counted.Add(leftOut, sent);
        return counted;
    }
}
