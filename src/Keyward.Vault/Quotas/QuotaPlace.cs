using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Quotas;

/// <summary>Where a limit is set: a project, or one key in it.</summary>
public sealed record QuotaPlace(ProjectId Project, KeyName? Key)
{
    public string FullName => Key?.ToString() ?? Project.FullName;

    public static QuotaPlace? TryParse(string name) =>
        KeyName.TryParse(name, out var key) ? new QuotaPlace(key.Project, key)
        : name.Split('/') is ["projects", var id] && ProjectId.TryParse(id, out var project)
            ? new QuotaPlace(project, null) : null;

    /// <summary>A key has rates, and a number of versions; the rest is a project's. What a project says of versions
    /// counts for each of its keys that says nothing.</summary>
    public bool Has(QuotaMetric metric) => Key is null || metric is QuotaMetric.Requests or QuotaMetric.Bytes
        or QuotaMetric.VersionsOfAKey;

    internal Demand Demand(Permission permission) => Key is { } key
        ? Policies.Demand.On(permission, key) : Policies.Demand.On(permission, Project);
}
