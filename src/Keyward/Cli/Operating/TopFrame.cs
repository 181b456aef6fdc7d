using System.Text.Json.Nodes;

namespace Keyward.Cli.Operating;

/// <summary>What two scrapes and the records between them say of a moment.</summary>
internal sealed record TopFrame(
    double Seconds, double Rate, double ErrorRate, double DeniedRate, double? P50, double? P99,
    IReadOnlyList<(string Name, double Rate)> Operations, IReadOnlyList<(string Name, long Count)> Keys,
    IReadOnlyList<(string Name, long Count)> Principals, IReadOnlyList<(string Name, double Used)> Quotas)
{
    private const int Shown = 10;

    /// <summary>Outcomes that the server owes an explanation for.</summary>
    private static readonly string[] Failures = ["unavailable", "deadline", "internal"];

    public static TopFrame Of(MetricText before, MetricText after, double seconds, IReadOnlyList<JsonNode> records)
    {
        double Rate(Func<MetricSample, bool> which) =>
            ((after.Sum("keyward_requests_total", which) ?? 0) - (before.Sum("keyward_requests_total", which) ?? 0))
            / seconds;
        var operations = after.Of("keyward_requests_total").Select(s => s["operation"]).Distinct()
            .Select(o => (o, Rate(s => s["operation"] == o))).Where(o => o.Item2 > 0)
            .OrderByDescending(o => o.Item2).Take(Shown).ToList();
        return new TopFrame(seconds, Rate(_ => true), Rate(s => Failures.Contains(s["outcome"])),
            Rate(s => s["outcome"] is "denied" or "unauthenticated"), Quantile(before, after, 0.5),
            Quantile(before, after, 0.99), operations,
            Count(records, r => r["key"]?["name"]?.GetValue<string>().Split("/cryptoKeyVersions/")[0]),
            Count(records, r => r["principal"]?["name"]?.GetValue<string>()),
            [.. after.Of("keyward_quota_usage_ratio").Select(s => (s["scope"], s.Value))
                .OrderByDescending(s => s.Value).Take(3)]);
    }

    /// <summary>The bound under which a share of the requests between two scrapes lies, interpolated in its
    /// bucket.</summary>
    internal static double? Quantile(MetricText before, MetricText after, double share)
    {
        static Dictionary<double, double> Buckets(MetricText text) => text.Of("keyward_request_duration_seconds_bucket")
            .GroupBy(s => s["le"] == "+Inf" ? double.PositiveInfinity
                : double.Parse(s["le"], System.Globalization.CultureInfo.InvariantCulture))
            .ToDictionary(g => g.Key, g => g.Sum(s => s.Value));
        var old = Buckets(before);
        var counts = Buckets(after).OrderBy(b => b.Key)
            .Select(b => (Bound: b.Key, Count: b.Value - old.GetValueOrDefault(b.Key))).ToList();
        if (counts.Count == 0 || counts[^1].Count <= 0) return null;
        var rank = share * counts[^1].Count;
        var (lower, below) = (0.0, 0.0);
        foreach (var (bound, count) in counts)
        {
            if (count >= rank)
                return double.IsInfinity(bound) || count <= below ? lower
                    : lower + ((bound - lower) * (rank - below) / (count - below));
            (lower, below) = (bound, count);
        }

        return lower;
    }

    public JsonObject ToJson() => new()
    {
        ["seconds"] = Math.Round(Seconds, 2), ["requestsPerSecond"] = Math.Round(Rate, 2),
        ["errorsPerSecond"] = Math.Round(ErrorRate, 2), ["denialsPerSecond"] = Math.Round(DeniedRate, 2),
        ["p50Milliseconds"] = Milliseconds(P50), ["p99Milliseconds"] = Milliseconds(P99),
        ["operations"] = new JsonArray([.. Operations.Select(o => (JsonNode)new JsonObject
        {
            ["name"] = o.Name, ["perSecond"] = Math.Round(o.Rate, 2),
        })]),
        ["keys"] = Counts(Keys), ["principals"] = Counts(Principals),
        ["quotas"] = new JsonArray([.. Quotas.Select(q => (JsonNode)new JsonObject
        {
            ["name"] = q.Name, ["used"] = Math.Round(q.Used, 4),
        })]),
    };

    public static double? Milliseconds(double? seconds) => seconds is { } known ? Math.Round(known * 1e3, 2) : null;

    private static JsonArray Counts(IReadOnlyList<(string Name, long Count)> counted) => new([.. counted.Select(c =>
        (JsonNode)new JsonObject { ["name"] = c.Name, ["count"] = c.Count })]);

    private static List<(string Name, long Count)> Count(
        IReadOnlyList<JsonNode> records, Func<JsonNode, string?> nameOf) =>
        [.. records.Select(nameOf).OfType<string>().GroupBy(n => n).Select(g => (Name: g.Key, Count: (long)g.Count()))
            .OrderByDescending(g => g.Count).ThenBy(g => g.Name, StringComparer.Ordinal).Take(Shown)];
}
