using Keyward.Vault.Quotas;

namespace Keyward.Tests.Vault.Quotas;

public sealed class RateBucketTests
{
    [Fact]
    public void One_caller_alone_may_take_a_whole_minutes_worth_and_then_waits_for_each()
    {
        var bucket = new RateBucket(60);
        for (var i = 0; i < 60; i++) Take(bucket, "a");
        Assert.Equal(1, bucket.Share);
        Assert.Equal(TimeSpan.FromSeconds(1), bucket.WaitOf("a", 1));
        bucket.Advance(1, 60);
        Take(bucket, "a");
        Assert.NotNull(bucket.WaitOf("a", 1));
        bucket.Advance(3_600, 60);
        Assert.Equal(0, bucket.Share);
    }

    [Fact]
    public void Who_asks_without_end_leaves_the_others_their_share()
    {
        var bucket = new RateBucket(60);
        Take(bucket, "modest");
        var taken = 0;
        for (; bucket.WaitOf("greedy", 1) is null; taken++) bucket.Take("greedy", 1);
        Assert.Equal(30, taken);
        for (var i = 0; i < 29; i++) Take(bucket, "modest");
        Assert.NotNull(bucket.WaitOf("modest", 1));
    }

    [Fact]
    public void A_limit_of_nothing_lets_nothing_and_a_new_limit_counts_at_once()
    {
        var bucket = new RateBucket(0);
        Assert.NotNull(bucket.WaitOf("a", 1));
        Assert.Equal(1, bucket.Share);
        bucket.Advance(0, 10);
        Take(bucket, "a");
        bucket.Advance(0, 1_000);
        Assert.Equal(0.1, bucket.Share, 3);
    }

    [Fact]
    public void What_is_larger_than_a_minutes_worth_takes_all_of_it()
    {
        var bucket = new RateBucket(100);
        Assert.Null(bucket.WaitOf("a", 64 * 1024));
        bucket.Take("a", 64 * 1024);
        Assert.Equal(TimeSpan.FromMinutes(1), bucket.WaitOf("a", 64 * 1024));
    }

    private static void Take(RateBucket bucket, string caller)
    {
        Assert.Null(bucket.WaitOf(caller, 1));
        bucket.Take(caller, 1);
    }
}
