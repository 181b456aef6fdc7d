using Keyward.Vault.Quotas;

namespace Keyward.Tests.Vault.Quotas;

/// <summary>Nodes that share a rate serve together what it says, within a stated bound, wherever the callers
/// come.</summary>
public sealed class RateSharesTests
{
    private const long Limit = 600;
    private const string Resource = "projects/p";

    [Fact]
    public void Who_is_alone_has_the_whole_and_who_knows_nothing_an_equal_part()
    {
        Assert.Equal(1, RateShares.Among("", [""]).Of(Resource, QuotaMetric.Requests));
        Assert.Equal(0.25, RateShares.Among("", ["", "", "", ""]).Of(Resource, QuotaMetric.Requests));
    }

    [Fact]
    public void Parts_follow_demands_and_no_node_is_left_without()
    {
        string[] demands = [Text(90), Text(10), ""];
        Assert.Equal(0.9, RateShares.Among(demands[0], demands).Of(Resource, QuotaMetric.Requests), 6);
        Assert.Equal(0.1, RateShares.Among(demands[1], demands).Of(Resource, QuotaMetric.Requests), 6);
        Assert.Equal(1.0 / 12, RateShares.Among(demands[2], demands).Of(Resource, QuotaMetric.Requests), 6);
        // What another version may write is passed over.
        Assert.Equal(1.0 / 3, RateShares.Among("?", ["?", "requests_per_minute p NaN", "a b c d"]).Of(
            Resource, QuotaMetric.Requests), 6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Three_nodes_serve_a_limit_together_while_callers_move_between_them(int seed)
    {
        var random = new Random(seed);
        var buckets = Enumerable.Range(0, 3).Select(_ => new RateBucket(Limit, 1.0 / 3)).ToList();
        var shares = Enumerable.Repeat(RateShares.Among("", ["", "", ""]), 3).ToList();
        int[] weights = [1, 1, 1];
        var served = new List<int>();
        for (var second = 0; second < 1_200; second++)
        {
            if (second % 40 == 0) weights = [random.Next(10), random.Next(10), 1 + random.Next(10)];
            for (var i = 0; i < 3; i++) buckets[i].Advance(1, Limit, shares[i].Of(Resource, QuotaMetric.Requests));
            served.Add(0);
            // Twice what the limit allows is asked for.
            for (var n = 0; n < 20; n++)
            {
                var at = random.Next(weights.Sum());
                var bucket = buckets[at < weights[0] ? 0 : at < weights[0] + weights[1] ? 1 : 2];
                bucket.Ask(1);
                if (bucket.WaitOf("a", 1) is not null) continue;
                bucket.Take("a", 1);
                served[^1]++;
            }

            // What each says is what the others hear a second later.
            var said = buckets.ConvertAll(b => Text(b.Demand));
            for (var i = 0; i < 3; i++) shares[i] = RateShares.Among(said[i], said);
        }

        // A minute's worth may be saved up, as on one node; then each minute is within the bound.
        Assert.True(served.Sum() <= Limit + (1.25 * Limit * 20), $"{served.Sum()} were served.");
        for (var from = 0; from + 60 <= served.Count; from += 60)
            Assert.True(served.Skip(from).Take(60).Sum() <= Limit + (1.25 * Limit), $"minute from {from}");
        Assert.True(served.Skip(60).Sum() >= 0.75 * Limit * 19, $"only {served.Skip(60).Sum()} were served.");
    }

    private static string Text(double demand) => RateShares.Text([(Resource, QuotaMetric.Requests, demand)]);
}
