using Keyward.Vault.Gate;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Vault.Gate;

public sealed class PeerBucketsTests
{
    private const int PerSecond = 100;

    private readonly FakeTimeProvider _time = new();
    private readonly PeerBuckets _buckets;

    public PeerBucketsTests() => _buckets = new PeerBuckets(_time);

    [Fact]
    public void A_network_gets_ten_seconds_worth_at_once_and_then_its_rate()
    {
        Assert.Equal(1_000, Taken("203.0.113.7", 5_000));
        Assert.True(_buckets.IsEmpty("203.0.113.99", PerSecond));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(_buckets.IsEmpty("203.0.113.99", PerSecond));
        Assert.Equal(200, Taken("203.0.113.7", 5_000));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1_000, Taken("203.0.113.7", 5_000));
    }

    [Fact]
    public void Another_network_is_not_touched()
    {
        Taken("203.0.113.7", 5_000);
        Assert.False(_buckets.IsEmpty("198.51.100.7", PerSecond));
        Assert.Equal(1_000, Taken("198.51.100.7", 1_000));
    }

    [Fact]
    public void Networks_without_number_share_one_bucket_and_no_memory()
    {
        for (var i = 0; i < 10_000; i++) Assert.True(_buckets.TryTake($"10.{i >> 8}.{i & 255}.1", PerSecond));
        Assert.Equal(1_000, Enumerable.Range(0, 3_000).Count(i => _buckets.TryTake($"11.{i >> 8}.{i & 255}.1", PerSecond)));
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.True(_buckets.TryTake("12.0.0.1", PerSecond));
    }

    private int Taken(string ip, int tries) => Enumerable.Range(0, tries).Count(_ => _buckets.TryTake(ip, PerSecond));
}
