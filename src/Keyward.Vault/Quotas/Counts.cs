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

    /// <summary>Keys that have a limit of their own, not their project's: few, if any.</summary>
    public static IEnumerable<KeyName> KeysWithOwnLimit(Snapshot snapshot) =>
        from limit in snapshot.Quotas.All
        where limit is { Metric: QuotaMetric.VersionsOfAKey, Value: not null }
        select QuotaPlace.TryParse(limit.Resource)?.Key into key
        where key is not null
        select key.Value;

    public static bool HasOwnLimit(Snapshot snapshot, KeyName key) =>
        snapshot.Quotas.Find(key.ToString(), QuotaMetric.VersionsOfAKey)?.Value is not null;

    /// <summary>How near the nearest key is to its limit.</summary>
    /// <param name="next">The highest next number of a version in each project, of keys without limits of their
    /// own.</param>
    public static double? ShareOfVersions(Snapshot snapshot, IReadOnlyDictionary<ProjectId, int> next)
    {
        var shares = next.Select(p => Share(
                p.Value - 1, snapshot.Quotas.ValueOf(p.Key.FullName, QuotaMetric.VersionsOfAKey)))
            .Concat(KeysWithOwnLimit(snapshot).Select(k => snapshot.Find(k) is { } entry
                ? Share(entry.Key.NextVersion - 1, LimitOfVersions(snapshot, k)) : null));
        return shares.Max();
    }

    /// <summary>How near the nearest account is to its limit of key files.</summary>
    public static double? ShareOfKeyFiles(Snapshot snapshot, DateTimeOffset now)
    {
        var shares =
            from account in snapshot.Accounts.Values
            where account.State != StandingState.Revoked
            select Share(ActiveOf(snapshot, account.Email, CredentialKind.KeyFile, now),
                snapshot.Quotas.ValueOf(account.Project.FullName, QuotaMetric.KeyFilesOfAnAccount));
        return shares.Max();
    }

    public static int ActiveOf(Snapshot snapshot, string email, CredentialKind kind, DateTimeOffset now) =>
        snapshot.CredentialsOf.GetValueOrDefault(email, [])
            .Count(id => snapshot.Credentials[id] is { } c && c.Kind == kind && c.IsGoodAt(now));

    /// <summary>Null where nothing is limited; a limit of nothing is reached.</summary>
    public static double? Share(long? count, long? limit) =>
        limit is null || count is null ? null : limit == 0 ? 1 : (double)count / limit;

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
