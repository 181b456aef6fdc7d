using System.Text;
using Keyward.Keystores.Root;
using Keyward.Tests.Vault.Audit.Tree;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Cluster;
using Keyward.Vault.Storage;

namespace Keyward.Tests.Vault.Cluster;

/// <summary>What one node remembers of the logs of the others.</summary>
public sealed class CheckpointWatchTests : IDisposable
{
    private static readonly byte[] Store = [1, 2, 3];

    private readonly Dictionary<string, NoteSigner> _logs =
        ((string[])["a", "b", "c", "d"]).ToDictionary(o => o, o => LogKey.Of(o));

    public void Dispose()
    {
        foreach (var log in _logs.Values) log.Dispose();
    }

    [Fact]
    public void A_log_that_goes_on_is_nobodys_fault()
    {
        var memory = new LogMemory(Store, null);
        var watch = Watch(memory);
        Assert.Empty(watch.Judge([Shown("a", 5, 1), Shown("b", 2, 2)]));
        Assert.Empty(watch.Judge([Shown("a", 5, 1), Shown("b", 9, 3)]));
        Assert.True(memory.HasChanged);
        memory = new LogMemory(Store, memory.ToText());
        Assert.False(memory.HasChanged);
        // One whose key is not here yet is not judged.
        Assert.Empty(Watch(memory).Judge([Shown("b", 9, 3), Shown("a", 6, 4), Shown("d", 1, 5) with { Origin = "new" }]));
        Assert.Equal(["a", "b"], memory.Logs.Select(l => l.Key).Order());
    }

    [Fact]
    public void A_log_that_went_back_was_exchanged_or_vanished_is_told_once()
    {
        var memory = new LogMemory(Store, null);
        Watch(memory).Judge([Shown("a", 5, 1), Shown("b", 2, 2), Shown("c", 3, 3), Shown("d", 4, 4)]);
        // After a start as well.
        var watch = Watch(new LogMemory(Store, memory.ToText()));
        StoredCheckpoint[] shown =
            [Shown("a", 4, 1), Shown("b", 2, 9), Shown("d", 4, 4) with { Note = Encoding.ASCII.GetBytes("x") }];
        var faults = watch.Judge(shown);
        Assert.Equal(["a", "b", "c", "d"], faults.Select(f => f.Origin).Order());
        Assert.Contains("went back", faults.Single(f => f.Origin == "a").Sentence, StringComparison.Ordinal);
        Assert.Contains("exchanged", faults.Single(f => f.Origin == "b").Sentence, StringComparison.Ordinal);
        Assert.Empty(watch.Judge(shown));
    }

    [Fact]
    public void A_larger_checkpoint_that_the_log_did_not_sign_hides_nothing()
    {
        var watch = Watch(new LogMemory(Store, null));
        watch.Judge([Shown("a", 5, 1)]);
        var forged = Encoding.UTF8.GetString(Shown("a", 5, 1).Note).Replace("a\n5\n", "a\n6\n", StringComparison.Ordinal);
        Assert.Contains("altered", Assert.Single(watch.Judge(
            [Shown("a", 6, 1) with { Note = Encoding.UTF8.GetBytes(forged) }])).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_restored_store_may_know_less()
    {
        var memory = new LogMemory(Store, null);
        Watch(memory).Judge([Shown("a", 5, 1)]);
        Assert.Empty(Watch(new LogMemory([9], memory.ToText())).Judge([Shown("a", 4, 2)]));
    }

    private CheckpointWatch Watch(LogMemory memory) =>
        new(memory, o => _logs.TryGetValue(o, out var log) ? [log.Key] : [], NoteSigner.IsGood);

    private StoredCheckpoint Shown(string origin, long size, byte root)
    {
        var hash = new byte[32];
        hash.AsSpan().Fill(root);
        var text = new Checkpoint(origin, size, hash).ToString();
        return new StoredCheckpoint(
            origin, size, new SignedNote(text, [_logs[origin].Sign(text)]).ToBytes(), default);
    }
}
