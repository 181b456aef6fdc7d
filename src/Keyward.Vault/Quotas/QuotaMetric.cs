namespace Keyward.Vault.Quotas;

/// <summary>What can be limited. Rates are a minute's; counts are of what stands in a project, a key or an account.
/// Names are part of the outside and stored.</summary>
public enum QuotaMetric
{
    Unspecified = 0,
    Requests = 1,
    Bytes = 2,
    SoftwareRequests = 3,
    HsmRequests = 4,
    KeyRings = 5,
    Keys = 6,
    VersionsOfAKey = 7,
    ServiceAccounts = 8,
    KeyFilesOfAnAccount = 9,
}

/// <summary>The metrics' names, units and defaults.</summary>
public static class QuotaMetrics
{
    public static readonly IReadOnlyList<QuotaMetric> All =
        [.. Enum.GetValues<QuotaMetric>().Where(m => m != QuotaMetric.Unspecified)];

    public static string Name(this QuotaMetric metric) => metric switch
    {
        QuotaMetric.Requests => "requests_per_minute",
        QuotaMetric.Bytes => "bytes_per_minute",
        QuotaMetric.SoftwareRequests => "software_requests_per_minute",
        QuotaMetric.HsmRequests => "hsm_requests_per_minute",
        QuotaMetric.KeyRings => "key_rings",
        QuotaMetric.Keys => "crypto_keys",
        QuotaMetric.VersionsOfAKey => "versions_per_key",
        QuotaMetric.ServiceAccounts => "service_accounts",
        QuotaMetric.KeyFilesOfAnAccount => "key_files_per_account",
        QuotaMetric.Unspecified => "",
    };

    public static bool TryParse(string name, out QuotaMetric metric)
    {
        metric = All.FirstOrDefault(m => m.Name() == name);
        return metric != QuotaMetric.Unspecified;
    }

    /// <summary>Whether it is a rate, refilled all the time, rather than a count.</summary>
    public static bool IsRate(this QuotaMetric metric) => metric is QuotaMetric.Requests or QuotaMetric.Bytes
        or QuotaMetric.SoftwareRequests or QuotaMetric.HsmRequests;

    /// <summary>What counts where nothing was set; null for no limit. Counts are so generous that nobody meets them
    /// but by a mistake, and low enough that a mistake does not fill the memory of every node.</summary>
    public static long? Default(this QuotaMetric metric) => metric switch
    {
        QuotaMetric.KeyRings => 10_000,
        QuotaMetric.Keys => 5_000_000,
        QuotaMetric.VersionsOfAKey => 100_000,
        QuotaMetric.ServiceAccounts => 10_000,
        // Google's limit of user-managed keys.
        QuotaMetric.KeyFilesOfAnAccount => 10,
        QuotaMetric.Unspecified or QuotaMetric.Requests or QuotaMetric.Bytes or QuotaMetric.SoftwareRequests
            or QuotaMetric.HsmRequests => null,
    };
}
