using System.Collections.Concurrent;
using System.Diagnostics;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Traces;

/// <summary>What is known of a request while it is served, from which its spans are made when it has ended: names and
/// times. Most requests are never sent, and spans of their own would cost each more than its encryption. Only those of
/// the share that is sent for sure have a span from the start, for the exemplars of the metrics. Belongs to one
/// request; only parts that others did for it may come from another thread.</summary>
public sealed class RequestTrace
{
    /// <summary>Beyond the objective of latency a request is worth explaining.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(50);

    /// <summary>As many as an encryption has.</summary>
    private const int UsualParts = 6;

    private static readonly AsyncLocal<RequestTrace?> Ambient = new();

    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly Activity? _chosen;
    private ActivityContext _parent;
    private TracedPart[] _parts = new TracedPart[UsualParts];
    private ConcurrentQueue<TracedPart>? _others;
    private int _count;
    private int _current = -1;
    private RecordDraft? _draft;
    private Refusal? _refusal;

    private RequestTrace(ActivityContext caller, bool isChosen, TimeProvider time)
    {
        (_parent, _time, _began) = (caller, time, time.GetTimestamp());
        if (isChosen) _chosen = Tracing.MakeRequest(caller, time.GetUtcNow());
    }

    /// <summary>That of the request that is served here; null where nobody traces.</summary>
    public static RequestTrace? Current => Ambient.Value;

    /// <summary>The request's W3C trace id: its caller's, if it has one.</summary>
    public ActivityTraceId TraceId
    {
        get
        {
            if (_chosen is not null) return _chosen.TraceId;
            if (_parent.TraceId == default)
                _parent = new ActivityContext(ActivityTraceId.CreateRandom(), default, ActivityTraceFlags.None);
            return _parent.TraceId;
        }
    }

    /// <summary>Begins the trace of a request; null where nobody listens.</summary>
    /// <param name="traceParent">The caller's W3C context. One that is malformed is none; its sampling flag has no
    /// say.</param>
    /// <param name="share">The share of requests that are sent for sure, from 0 to 1.</param>
    public static RequestTrace? Begin(string? traceParent, double share, TimeProvider time)
    {
        if (!Tracing.IsOn) return null;
        _ = ActivityContext.TryParse(traceParent, null, isRemote: true, out var caller);
        return Ambient.Value = new RequestTrace(caller, TraceShare.Chooses(caller.TraceId, share), time);
    }

    /// <summary>The request has ended. Gives its span, begun and with all that is known of it, if it is to be sent: the
    /// caller adds what it knows and stops it. Null for a request that is not worth explaining.</summary>
    public Activity? End()
    {
        var ended = _time.GetTimestamp();
        var elapsed = _time.GetElapsedTime(_began, ended);
        if (_chosen is null && _refusal is null && elapsed < Slow) return null;
        var now = _time.GetUtcNow();
        if ((_chosen ?? Tracing.MakeRequest(_parent, now - elapsed)) is not { } span) return null;
        span.SetEndTime(now.UtcDateTime);
        if (_draft is not null) RequestTags.Set(span, _draft, _refusal);
        MakeParts(span, ended, now);
        return span;
    }

    /// <summary>Keeps what the record says, for the span. The record is durable: no part of the vault goes on
    /// any more.</summary>
    internal void Describe(RecordDraft draft, Refusal? refusal)
    {
        (_draft, _refusal) = (draft, refusal);
        for (var i = _count - 1; i >= 0; i--)
            if (_parts[i].Ended == 0) EndPart(i);
    }

    internal TracePlace Here() => new(this, _current);

    internal Part Begin(string layer, string operation)
    {
        if (_count == _parts.Length) Array.Resize(ref _parts, _count * 2);
        _parts[_count] = new TracedPart(layer, operation, _current, _time.GetTimestamp(), 0);
        _current = _count++;
        return new Part(this, _current);
    }

    internal void Leave(int part)
    {
        if (_current == part) _current = _parts[part].Parent;
    }

    internal void EndPart(int part)
    {
        Leave(part);
        _parts[part] = _parts[part] with { Ended = _time.GetTimestamp() };
    }

    internal void AddOther(string name, int parent, long began)
    {
        var part = new TracedPart(name, "", parent, began, _time.GetTimestamp());
        LazyInitializer.EnsureInitialized(ref _others).Enqueue(part);
    }

    /// <summary>Makes the spans of the parts under the request's own.</summary>
    private void MakeParts(Activity request, long ended, DateTimeOffset now)
    {
        var contexts = new ActivityContext[_count];
        for (var i = 0; i < _count; i++) contexts[i] = Make(_parts[i]);
        foreach (var other in _others ?? []) Make(other);

        ActivityContext Make(TracedPart part)
        {
            using var span = Tracing.MakePart(part.Layer + part.Operation,
                part.Parent < 0 ? request.Context : contexts[part.Parent], At(part.Began));
            span?.SetEndTime(At(part.Ended == 0 ? ended : part.Ended).UtcDateTime);
            return span?.Context ?? request.Context;
        }

        DateTimeOffset At(long timestamp) => now - _time.GetElapsedTime(timestamp, ended);
    }
}
