using System.Diagnostics.Metrics;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Quotas;

/// <summary>How near the nearest resource is to each limit, for a warning before it is reached. By metric only: names
/// of resources are no labels. A rate that nobody has set has no share.</summary>
internal static class QuotaGauges
{
    /// <param name="versions">The nearest key's share of its versions, of which a walk over all keys tells.</param>
    public static IEnumerable<Measurement<double>> Read(
        Snapshot? snapshot, RateMeter rates, double? versions, DateTimeOffset now)
    {
        if (snapshot is null) yield break;
        foreach (var metric in QuotaMetrics.All)
        {
            var share = metric switch
            {
                QuotaMetric.VersionsOfAKey => versions,
                QuotaMetric.KeyFilesOfAnAccount => Counts.ShareOfKeyFiles(snapshot, now),
                _ when metric.IsRate() => snapshot.Quotas.Rates.Where(r => r.Metric == metric)
                    .Select(r => rates.ShareOf(snapshot.Quotas, r.Resource, metric)).Max(),
                _ => snapshot.Projects.After(null).Select(p => QuotaView.Of(
                    snapshot, rates, new QuotaPlace(p.Project.Id, null), metric).Share).Max(),
            };
            if (share is { } most) yield return new(most, new KeyValuePair<string, object?>("scope", metric.Name()));
        }
    }
}
