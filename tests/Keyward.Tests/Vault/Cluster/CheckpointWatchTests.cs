using System.Text;
using Keyward.Vault.Cluster;
using Keyward.Vault.Storage;

namespace Keyward.Tests.Vault.Cluster;

/// <summary>What one node remembers of the logs of the others.</summary>
public sealed class CheckpointWatchTests
{
    private static readonly byte[] Store = [1, 2, 3];

    [Fact]
    public void A_log_that_goes_on_is_nobodys_fault()
    {
        var watch = new CheckpointWatch(Store, null);
        Assert.Empty(watch.Judge([Shown("a", 5, 1), Shown("b", 2, 2)]));
        Assert.Empty(watch.Judge([Shown("a", 5, 1), Shown("b", 9, 3)]));
        Assert.True(watch.HasChanged);
        var again = new CheckpointWatch(Store, watch.ToText());
        Assert.False(watch.HasChanged);
        Assert.Empty(again.Judge([Shown("b", 9, 3), Shown("a", 6, 4), Shown("c", 1, 5)]));
    }

    [Fact]
    public void A_log_that_went_back_was_exchanged_or_vanished_is_told_once()
    {
        var watch = new CheckpointWatch(Store, null);
        watch.Judge([Shown("a", 5, 1), Shown("b", 2, 2), Shown("c", 3, 3), Shown("d", 4, 4)]);
        // After a start as well.
        watch = new CheckpointWatch(Store, watch.ToText());
        StoredCheckpoint[] shown =
            [Shown("a", 4, 1), Shown("b", 2, 9), Shown("d", 4, 4) with { Note = Encoding.ASCII.GetBytes("x") }];
        var faults = watch.Judge(shown);
        Assert.Equal(["a", "b", "c", "d"], faults.Select(f => f.Origin).Order());
        Assert.Contains("went back", faults.Single(f => f.Origin == "a").Sentence, StringComparison.Ordinal);
        Assert.Contains("exchanged", faults.Single(f => f.Origin == "b").Sentence, StringComparison.Ordinal);
        Assert.Empty(watch.Judge(shown));
    }

    [Fact]
    public void A_restored_store_may_know_less()
    {
        var watch = new CheckpointWatch(Store, null);
        watch.Judge([Shown("a", 5, 1)]);
        Assert.Empty(new CheckpointWatch([9], watch.ToText()).Judge([Shown("a", 4, 2)]));
    }

    private static StoredCheckpoint Shown(string origin, long size, byte root)
    {
        var hash = new byte[32];
        hash.AsSpan().Fill(root);
        return new StoredCheckpoint(origin, size, Encoding.UTF8.GetBytes(
            $"{origin}\n{size}\n{Convert.ToBase64String(hash)}\n\n— {origin} AAAAAAAAAAAAAAAA\n"), default);
    }
}
