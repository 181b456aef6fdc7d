using Google.Cloud.Kms.V1;
using Keyward.Protos.V1;

namespace Keyward.Cli.Operating;

/// <summary>What the uses of versions say: an older one that goes on being used holds data that nobody encrypted anew,
/// and must not be disabled or destroyed yet.</summary>
internal static class UsageFindings
{
    /// <summary>Data is encrypted anew some time after a rotation, not at once.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromDays(30);

    /// <summary>Used so lately it is in use.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromDays(7);

    public static IEnumerable<Finding> Judge(IReadOnlyList<CryptoKey> keys, Usage usage, DateTimeOffset now)
    {
        var primaries = keys.Where(k => k.Primary is not null).ToDictionary(k => k.Name, k => k.Primary);
        foreach (var use in usage.Versions)
        {
            var key = use.Version[..use.Version.IndexOf("/cryptoKeyVersions/", StringComparison.Ordinal)];
            if (!primaries.TryGetValue(key, out var primary) || primary.Name == use.Version
                || now - use.LastUseTime.ToDateTimeOffset() > Recent
                || now - primary.CreateTime.ToDateTimeOffset() < Grace) continue;
            var principals = use.Principals.Count == 0 ? "nobody known" : use.Principals[0].Principal;
            var more = use.Principals.Count + use.OtherPrincipals - 1;
            yield return new Finding(FindingLevel.Warning, "versions",
                $"{use.Version} is used though its key's primary is over {Grace.TotalDays:0} days old: last at " +
                $"{use.LastUseTime.ToDateTimeOffset():u} by {principals}{(more > 0 ? $" and {more} more" : "")}",
                $"Encrypt anew what it holds before you disable it: keyward version usage {use.Version}");
        }
    }
}
