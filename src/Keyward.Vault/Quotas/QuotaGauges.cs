using System.Diagnostics.Metrics;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Quotas;

/// <summary>How near the nearest resource is to each limit, for a warning before it is reached. By metric only: names
/// of resources are no labels. What is limited by key or account is shown by <c>keyward quota show</c> alone: there may
/// be millions.</summary>
internal static class QuotaGauges
{
    public static IEnumerable<Measurement<double>> Read(Snapshot? snapshot, RateMeter rates)
    {
        if (snapshot is null) yield break;
        foreach (var metric in QuotaMetrics.All)
        {
            var shares = metric.IsRate()
                ? snapshot.Quotas.Rates.Where(r => r.Metric == metric)
                    .Select(r => rates.ShareOf(snapshot.Quotas, r.Resource, metric))
                : snapshot.Projects.After(null)
                    .Select(p => QuotaView.Of(snapshot, rates, new QuotaPlace(p.Project.Id, null), metric).Share);
            if (shares.Max() is { } most)
                yield return new(most, new KeyValuePair<string, object?>("scope", metric.Name()));
        }
    }
}
