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

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>A part of the request that is served here; null where nobody traces it.</summary>
    public static Activity? Start(string name) =>
        Source.HasListeners() && Activity.Current is not null ? Source.StartActivity(name) : null;

    /// <summary>The same under a name in two parts, which are joined only if somebody listens.</summary>
    public static Activity? Start(string layer, string operation) =>
        Source.HasListeners() && Activity.Current is not null ? Source.StartActivity(layer + operation) : null;

    /// <summary>The span that others are put under, by who works for several requests at once.</summary>
    public static ActivityContext? Current() =>
        Source.HasListeners() && Activity.Current is { } span ? span.Context : null;

    /// <summary>A part that somebody else did for the request, from then until now.</summary>
    public static void Note(string name, ActivityContext? parent, DateTimeOffset began)
    {
        if (parent is { } span) Source.StartActivity(name, ActivityKind.Internal, span, startTime: began)?.Dispose();
    }

    /// <summary>Ends a span when what it covers has ended.</summary>
    public static ValueTask<T> EndAfter<T>(Activity? span, ValueTask<T> running)
    {
        if (span is null) return running;
        if (!running.IsCompleted)
        {
            // What the caller does meanwhile is no part of it.
            Activity.Current = span.Parent;
            return AwaitAsync(span, running);
        }

        span.Dispose();
        return running;
    }

    /// <summary>Writes on the request's own span what the record says too.</summary>
    public static void Describe(RecordDraft draft, Refusal? refusal)
    {
        if (!Source.HasListeners() || Activity.Current is not { IsAllDataRequested: true } span) return;
        while (span.Parent is { } parent) span = parent;
        var arrival = draft.Arrival;
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

    private static async ValueTask<T> AwaitAsync<T>(Activity span, ValueTask<T> running)
    {
        using (span) return await running.ConfigureAwait(false);
    }
}
