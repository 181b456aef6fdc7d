using System.Diagnostics;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Traces;

/// <summary>Writes on a request's span what its record says too: names, sizes and choices; never a plaintext,
/// ciphertext, context, signature or token.</summary>
internal static class RequestTags
{
    public static void Set(Activity span, RecordDraft draft, Refusal? refusal)
    {
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
}
