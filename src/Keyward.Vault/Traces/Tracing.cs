using System.Diagnostics;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Traces;

/// <summary>The spans of a request. While nobody listens, nothing is made: every member then costs a test. A span holds
/// names, sizes and choices; never a plaintext, ciphertext, context, signature or token.</summary>
internal static class Tracing
{
    public const string SourceName = "Keyward";

    /// <summary>What took no longer until its record was durable is hardly worth explaining, and gets no
    /// words.</summary>
    private static readonly TimeSpan ProbablyFast = TimeSpan.FromMilliseconds(20);

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>A part of the request that is served here; null where nobody traces it.</summary>
    public static Part? Start(string name) => Start(name, "");

    /// <summary>The same under a name in two parts, which are joined only if the span is sent.</summary>
    public static Part? Start(string layer, string operation)
    {
        if (!Source.HasListeners() || Activity.Current is not { } request) return null;
        if (request.Recorded) return Source.StartActivity(layer + operation) is { } span ? new Part(span) : null;
        if (!request.IsAllDataRequested) return null;
        var parts = RequestParts.Begin(request);
        return new Part(parts, parts.Add(layer, operation));
    }

    /// <summary>A span that covers what was before.</summary>
    internal static Activity? Make(string name, ActivityContext parent, DateTime began) =>
        Source.StartActivity(name, ActivityKind.Internal, parent, startTime: began);

    /// <summary>The span that others are put under, by who works for several requests at once.</summary>
    public static ActivityContext? Current() =>
        Source.HasListeners() && Activity.Current is { } span ? span.Context : null;

    /// <summary>A part that somebody else did for the request, from then until now.</summary>
    public static void Note(string name, ActivityContext? parent, DateTimeOffset began)
    {
        if (parent is { } span) Source.StartActivity(name, ActivityKind.Internal, span, startTime: began)?.Dispose();
    }

    /// <summary>Ends a span when what it covers has ended.</summary>
    public static ValueTask<T> EndAfter<T>(Part? part, ValueTask<T> running)
    {
        if (part is not { } begun) return running;
        if (!running.IsCompleted)
        {
            begun.Leave();
            return AwaitAsync(begun, running);
        }

        begun.Dispose();
        return running;
    }

    /// <summary>Writes on the request's own span what the record says too.</summary>
    public static void Describe(RecordDraft draft, Refusal? refusal)
    {
        if (!Source.HasListeners() || Activity.Current is not { IsAllDataRequested: true } span) return;
        while (span.Parent is { } parent) span = parent;
        var arrival = draft.Arrival;
        if (!span.Recorded)
        {
            RequestParts.Begin(span).IsRefused = refusal is not null;
            if (refusal is null && Stopwatch.GetElapsedTime(arrival.ReceivedTicks) < ProbablyFast) return;
        }

        var outcome = refusal is null ? Outcomes.Ok : Outcomes.LabelOf(refusal.Reason);
        if (arrival.Method.Length > 0) span.DisplayName = $"{arrival.Door.Label()}/{arrival.Method}";
        span.SetTag("rpc.method", arrival.Method).SetTag("client.address", arrival.Source.Ip)
            .SetTag("keyward.door", arrival.Door.Label()).SetTag("keyward.operation", draft.Verb.Name)
            .SetTag("keyward.outcome", outcome).SetTag("keyward.request_id", arrival.RequestId);
        if (draft.Resource is { } resource) span.SetTag("keyward.key", resource);
        if (draft.Version is { } version)
            span.SetTag("keyward.version", version.Name.Number)
                .SetTag("keyward.protection_level", version.ProtectionLevel.Label())
                .SetTag("keyward.algorithm", AlgorithmTable.Of(version.Algorithm).Family);
        if (arrival.Receipt.Origin is not null) span.SetTag("keyward.audit.index", arrival.Receipt.Index);
        if (outcome is "unavailable" or "deadline" or "internal") span.SetStatus(ActivityStatusCode.Error);
    }

    private static async ValueTask<T> AwaitAsync<T>(Part part, ValueTask<T> running)
    {
        using (part) return await running.ConfigureAwait(false);
    }
}
