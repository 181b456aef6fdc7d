using System.Diagnostics.Metrics;
using Keyward.Vault.KeyUse;
using Keyward.Vault.Metrics;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Quotas;

/// <summary>How near the nearest resource is to each limit, for a warning before it is reached. By metric only: names
/// of resources are no labels. A rate that nobody has set has no share.</summary>
internal static class QuotaGauges
{
    /// <param name="census">The shares of which a walk over all keys tells: the nearest key's of its versions, the
    /// nearest version's of its messages, which is a limit of the algorithm and nobody's to set.</param>
    public static IEnumerable<Measurement<double>> Read(
        Snapshot? snapshot, RateMeter rates, KeyCensus? census, DateTimeOffset now)
    {
        if (snapshot is null) yield break;
        if (census is { MostMessages: > 0 and var messages })
            yield return new(messages / (double)LeaseMessages.MaximumMessages,
                new KeyValuePair<string, object?>("scope", "messages_per_version"));
        foreach (var metric in QuotaMetrics.All)
        {
            var share = metric switch
            {
                QuotaMetric.VersionsOfAKey => census?.VersionShare,
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
