using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Quotas;

/// <summary>How many of something there are, against how many there may be. Judged under the store's lock by what makes
/// one more.</summary>
internal static class Counts
{
    public static Refusal? JudgeRing(Snapshot snapshot, ProjectId project) =>
        Judge(snapshot, project.FullName, QuotaMetric.KeyRings, CountOf(snapshot, project, QuotaMetric.KeyRings));

    public static Refusal? JudgeKey(Snapshot snapshot, ProjectId project) =>
        Judge(snapshot, project.FullName, QuotaMetric.Keys, CountOf(snapshot, project, QuotaMetric.Keys));

    public static Refusal? JudgeVersion(Snapshot snapshot, Key key) =>
        LimitOfVersions(snapshot, key.Name) is { } limit && key.NextVersion > limit
            ? TooMany(key.Name.ToString(), QuotaMetric.VersionsOfAKey, limit) : null;

    public static Refusal? JudgeAccount(Snapshot snapshot, ProjectId project) => Judge(snapshot, project.FullName,
        QuotaMetric.ServiceAccounts, CountOf(snapshot, project, QuotaMetric.ServiceAccounts));

    public static Refusal? JudgeKeyFile(Snapshot snapshot, ServiceAccount account, int active) =>
        Judge(snapshot, account.Project.FullName, QuotaMetric.KeyFilesOfAnAccount, active);

    /// <summary>A key's own limit, else what its project says for all, else the default.</summary>
    public static long? LimitOfVersions(Snapshot snapshot, KeyName key) =>
        snapshot.Quotas.Find(key.ToString(), QuotaMetric.VersionsOfAKey)?.Value
        ?? snapshot.Quotas.ValueOf(key.Project.FullName, QuotaMetric.VersionsOfAKey);

    /// <summary>How many there are in a project; null for what is not counted by project.</summary>
    public static long? CountOf(Snapshot snapshot, ProjectId project, QuotaMetric metric)
    {
        if (snapshot.Find(project) is not { } entry) return 0;
        return metric switch
        {
            QuotaMetric.KeyRings => entry.Rings.Count,
            QuotaMetric.Keys => entry.Rings.After(null).Sum(r => (long)r.Keys.Count),
            QuotaMetric.ServiceAccounts => snapshot.Accounts.Values.Count(
                a => a.Project == project && a.State != StandingState.Revoked),
            QuotaMetric.Unspecified or QuotaMetric.Requests or QuotaMetric.Bytes or QuotaMetric.SoftwareRequests
                or QuotaMetric.HsmRequests or QuotaMetric.VersionsOfAKey or QuotaMetric.KeyFilesOfAnAccount => null,
        };
    }

    private static Refusal? Judge(Snapshot snapshot, string resource, QuotaMetric metric, long? count) =>
        snapshot.Quotas.ValueOf(resource, metric) is { } limit && count >= limit
            ? TooMany(resource, metric, limit) : null;

    private static Refusal TooMany(string resource, QuotaMetric metric, long limit) => new(RefusalReason.QuotaExceeded,
        $"Quota exceeded for {metric.Name()} of {resource}: {limit}. Remove what is not needed, or have the limit " +
        "raised: keyward quota set.", resource)
    {
        Quota = new QuotaShortfall(resource, metric, limit, null),
    };
}
