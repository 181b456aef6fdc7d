using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Policies;
using Keyward.Vault.Quotas;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Development;

/// <summary>A fault as the refusal that the real one would be, so that each door shows it in its vendor's own
/// form.</summary>
internal static class FaultRefusals
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Null where the request goes on.</summary>
    public static Refusal? Of(FaultKind kind, in Demand demand, Snapshot snapshot) => kind switch
    {
        FaultKind.PermissionDenied => Authority.Refuse(demand),
        FaultKind.Throttled => Throttled(demand.Project?.FullName ?? Demand.DeploymentName),
        FaultKind.Internal => new Refusal(RefusalReason.Internal, "Internal error encountered."),
        FaultKind.Unavailable => new Refusal(RefusalReason.NotReady, "The service is currently unavailable."),
        FaultKind.KeyDisabled => Disabled(demand, snapshot),
        FaultKind.Delay or FaultKind.Unspecified => null,
    };

    private static Refusal Throttled(string resource) => new(RefusalReason.RateExceeded,
        $"Quota exceeded for {QuotaMetric.Requests.Name()} of {resource}: 0 a minute. Try again later.", resource)
    {
        Quota = new QuotaShortfall(resource, QuotaMetric.Requests, 0, RetryAfter),
    };

    /// <summary>Of a key without versions there is nothing to be disabled: it goes on, and is refused for
    /// that.</summary>
    private static Refusal? Disabled(in Demand demand, Snapshot snapshot)
    {
        if (demand.Key is not { } name || snapshot.Find(name) is not { } entry) return null;
        var number = demand.Version ?? entry.Key.PrimaryVersion;
        var version = number is { } named ? entry.Find(named) : entry.Versions.LastOrDefault();
        return version is null ? null : KeyRefusals.NotEnabled(version, VersionState.Disabled);
    }
}
