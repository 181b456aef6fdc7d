using System.Collections.Frozen;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Quotas;

/// <summary>A limit that was set for a project or a key; a value of null gives way to the default again.</summary>
public sealed record QuotaLimit(string Resource, QuotaMetric Metric, long? Value)
{
    internal long Seq { get; init; }

    internal Cell[] ToCells() => [Resource, Metric.Name(), Value];

    internal static QuotaLimit Parse(Row row)
    {
        var cells = new RowReader(row);
        var resource = cells.Text();
        return QuotaMetrics.TryParse(cells.Text(), out var metric)
            ? new QuotaLimit(resource, metric, cells.IntegerOrNull()) { Seq = row.Seq }
            : throw new FormatException("A stored quota has an unknown metric.");
    }
}

/// <summary>All limits that were set. Immutable; empty in most deployments, and then a request asks it
/// nothing.</summary>
internal sealed class QuotaTable
{
    public static readonly QuotaTable Empty = new([]);

    private readonly FrozenDictionary<(string Resource, QuotaMetric Metric), QuotaLimit> _limits;

    private QuotaTable(IEnumerable<QuotaLimit> limits)
    {
        _limits = limits.ToFrozenDictionary(l => (l.Resource, l.Metric));
        Rates = [.. _limits.Values.Where(l => l.Metric.IsRate() && l.Value is not null)];
    }

    /// <summary>Whether any request has to be counted at all.</summary>
    public bool HasRates => Rates.Count > 0;

    public IReadOnlyList<QuotaLimit> Rates { get; }

    public IEnumerable<QuotaLimit> All => _limits.Values;

    public QuotaLimit? Find(string resource, QuotaMetric metric) => _limits.GetValueOrDefault((resource, metric));

    /// <summary>What counts at a resource: what was set there, else the default.</summary>
    public long? ValueOf(string resource, QuotaMetric metric) => Find(resource, metric)?.Value ?? metric.Default();

    public QuotaTable With(QuotaLimit limit) =>
        new(_limits.Values.Where(l => (l.Resource, l.Metric) != (limit.Resource, limit.Metric)).Append(limit));
}
