using System.Diagnostics;

namespace Keyward.Vault.Traces;

/// <summary>The parts of a request that is not sent for sure: names and times, from which spans are made once it is
/// known that the request is worth explaining. Most never are, and spans of their own would cost each request more than
/// its encryption. Belongs to one request.</summary>
public sealed class RequestParts
{
    private const string Property = "keyward.parts_to_be";

    private readonly List<Line> _lines = new(8);
    private int _current = -1;

    /// <summary>Those of a request's own span, if it has any.</summary>
    public static RequestParts? Of(Activity request) => request.GetCustomProperty(Property) as RequestParts;

    /// <summary>Whether the request was refused.</summary>
    public bool IsRefused { get; internal set; }

    /// <summary>Makes the spans, under the request's own, which has just ended.</summary>
    public void Replay(Activity request)
    {
        var (ended, now) = (Stopwatch.GetTimestamp(), request.StartTimeUtc + request.Duration);
        var contexts = new ActivityContext[_lines.Count];
        for (var i = 0; i < _lines.Count; i++)
        {
            var line = _lines[i];
            var began = now - Stopwatch.GetElapsedTime(line.Began, ended);
            using var span = Tracing.Make(line.Layer + line.Operation,
                line.Parent < 0 ? request.Context : contexts[line.Parent], began);
            if (span is null) continue;
            contexts[i] = span.Context;
            span.SetEndTime(now - Stopwatch.GetElapsedTime(line.Ended == 0 ? ended : line.Ended, ended));
            span.ActivityTraceFlags |= ActivityTraceFlags.Recorded;
        }
    }

    internal static RequestParts Begin(Activity request)
    {
        if (Of(request) is { } parts) return parts;
        parts = new RequestParts();
        request.SetCustomProperty(Property, parts);
        return parts;
    }

    internal int Add(string layer, string operation)
    {
        _lines.Add(new Line(layer, operation, _current, Stopwatch.GetTimestamp(), 0));
        return _current = _lines.Count - 1;
    }

    /// <summary>What comes next is no part of this one.</summary>
    internal void Leave(int part)
    {
        if (_current == part) _current = _lines[part].Parent;
    }

    internal void End(int part)
    {
        Leave(part);
        _lines[part] = _lines[part] with { Ended = Stopwatch.GetTimestamp() };
    }

    private readonly record struct Line(string Layer, string Operation, int Parent, long Began, long Ended);
}
