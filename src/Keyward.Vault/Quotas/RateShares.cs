using System.Collections.Frozen;
using System.Globalization;

namespace Keyward.Vault.Quotas;

/// <summary>Which part of each rate is this node's, of the nodes that share a store: in proportion to what was asked at
/// each of late, and never less than a quarter of an equal part, so that a node where nobody came is not without any.
/// The parts of all nodes come to 1¼ of a limit at most, also while they move. Immutable.</summary>
internal sealed class RateShares
{
    /// <summary>A node of its own.</summary>
    public static readonly RateShares Whole = new(FrozenDictionary<(string, string), double>.Empty, 1);

    private const double LeastPart = 0.25;

    private readonly FrozenDictionary<(string Resource, string Metric), double> _parts;
    private readonly double _equal;

    private RateShares(FrozenDictionary<(string, string), double> parts, double equal) =>
        (_parts, _equal) = (parts, equal);

    /// <summary>From 0 to 1. Where nobody asked, all parts are equal.</summary>
    public double Of(string resource, QuotaMetric metric) =>
        _parts.TryGetValue((resource, metric.Name()), out var part) ? part : _equal;

    /// <param name="mine">What this node said of itself.</param>
    /// <param name="all">What every living node says, this one included.</param>
    public static RateShares Among(string mine, IReadOnlyList<string> all)
    {
        if (all.Count <= 1) return Whole;
        var equal = 1.0 / all.Count;
        var totals = new Dictionary<(string, string), double>();
        foreach (var (place, demand) in all.SelectMany(Parse))
            totals[place] = totals.GetValueOrDefault(place) + demand;
        var own = Parse(mine).ToDictionary(d => d.Place, d => d.Demand);
        return new RateShares(totals.Where(t => t.Value > 0).ToFrozenDictionary(t => t.Key,
            t => Math.Max(own.GetValueOrDefault(t.Key) / t.Value, equal * LeastPart)), equal);
    }

    /// <summary>One line a rate: metric, resource, demand.</summary>
    public static string Text(IEnumerable<(string Resource, QuotaMetric Metric, double Demand)> demands) =>
        string.Join('\n', demands.Select(d => string.Create(
            CultureInfo.InvariantCulture, $"{d.Metric.Name()} {d.Resource} {d.Demand:0.##}")));

    /// <summary>Lines that are not understood say nothing: a later version may write others.</summary>
    private static IEnumerable<((string Resource, string Metric) Place, double Demand)> Parse(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (line.Split(' ') is [var metric, var resource, var number]
                && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var demand)
                && double.IsFinite(demand) && demand > 0)
                yield return ((resource, metric), demand);
    }
}
