using System.Diagnostics;
using System.Diagnostics.Metrics;
using Keyward.Vault.Gate;
using Keyward.Vault.Traces;

namespace Keyward.Vault.Metrics;

/// <summary>Where the time of requests goes: keystore, store, log. Safe for concurrent use.</summary>
internal sealed class PartMetrics : IDisposable
{
    private readonly Meter _meter = new(GateMetrics.MeterName);
    private readonly Histogram<double> _keystore;
    private readonly Histogram<double> _store;
    private readonly Histogram<double> _audit;
    private long _keystoreDone;

    public PartMetrics()
    {
        _keystore = Make("keyward_keystore_duration_seconds", "One use of key material.", DurationBounds.ShortSeconds);
        _store = Make("keyward_store_duration_seconds", "One transaction of changes.", DurationBounds.Seconds);
        _audit = Make("keyward_audit_commit_duration_seconds",
            "One write and flush of the log, with all the records that it carried.", DurationBounds.Seconds);
        _meter.CreateObservableCounter("keyward_keystore_operations",
            () => new Measurement<long>(Volatile.Read(ref _keystoreDone), new("keystore", "software"),
                new("result", "ok")),
            description: "Uses of key material.");
    }

    public KeystoreTiming Keystore(string operation) =>
        new(this, operation, Stopwatch.GetTimestamp(), Tracing.Start("keystore.", operation));

    public bool Owns(Meter meter) => meter == _meter;

    public static long Begin() => Stopwatch.GetTimestamp();

    public void StoreDone(long began) => _store.Record(Stopwatch.GetElapsedTime(began).TotalSeconds,
        new KeyValuePair<string, object?>("operation", "write"));

    public void AuditDone(long began) => _audit.Record(Stopwatch.GetElapsedTime(began).TotalSeconds);

    public void Dispose() => _meter.Dispose();

    internal void KeystoreDone(string operation, long began)
    {
        Interlocked.Increment(ref _keystoreDone);
        _keystore.Record(Stopwatch.GetElapsedTime(began).TotalSeconds,
            new KeyValuePair<string, object?>("keystore", "software"), new("operation", operation));
    }

    private Histogram<double> Make(string name, string description, double[] bounds) => _meter.CreateHistogram(
        name, unit: null, description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}

/// <summary>One use of material that is being timed. What fails is not timed.</summary>
internal readonly struct KeystoreTiming(PartMetrics metrics, string operation, long began, Part? span)
{
    public void Done()
    {
        metrics.KeystoreDone(operation, began);
        span?.Dispose();
    }

    public T Done<T>(T result)
    {
        Done();
        return result;
    }
}
