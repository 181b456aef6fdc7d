using System.Security.Cryptography;
using System.Text.Json.Nodes;
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
    string name, ISink sink, IAuditLog log, DeliveryCursor cursor, Func<string, string?> accountOf) : IDisposable
{
    public const int MaximumRecords = 500;
    private const int MaximumBytes = 1024 * 1024;

    /// <summary>The pause where nothing waits.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(5);

    private long _delivered;
    private long _failures;
    private int _failedInARow;
    private long _next = cursor.Next;
    private string? _whyNot;
    private DateTimeOffset? _waitingSince;

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
            var batch = await ReadAsync(cancellation).ConfigureAwait(false);
            if (batch is null)
            {
                _waitingSince = null;
                cursor.Save();
                return Pause;
            }

            _waitingSince = batch.Records[0].View.Time;
            await sink.SendAsync(batch, cancellation).ConfigureAwait(false);
            cursor.MoveTo(batch.NextIndex);
            Volatile.Write(ref _next, batch.NextIndex);
            _delivered += batch.Records.Count;
            (_failedInARow, _whyNot) = (0, null);
            return batch.Records.Count < MaximumRecords ? Pause : TimeSpan.Zero;
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

    private async ValueTask<DeliveryBatch?> ReadAsync(CancellationToken cancellation)
    {
        if (log.Size <= cursor.Next) return null;
        var records = new List<DeliveredRecord>();
        var sizeBytes = 0;
        await foreach (var (index, entry) in log.ReadAsync(cursor.Next, cancellation).ConfigureAwait(false))
        {
            var json = JsonNode.Parse(entry.Span) as JsonObject ?? [];
            records.Add(new DeliveredRecord(new RecordView(json, log.Origin, index, accountOf), entry));
            sizeBytes += entry.Length;
            if (records.Count == MaximumRecords || sizeBytes >= MaximumBytes) break;
        }

        return records.Count == 0 ? null : new DeliveryBatch(log.Origin, records);
    }
}
