using System.Reflection;
using Keyward.Tests.Keystores;
using Keyward.Vault.Cluster;
using Keyward.Vault.Gate;
using Keyward.Vault.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Vault.Cluster;

/// <summary>What a node makes of the store's answers.</summary>
public sealed class NodeSyncTests : IDisposable
{
    private readonly VaultKeys _keys = new();
    private readonly FakeTimeProvider _time = new();
    private readonly List<GateStatus> _damage = [];

    [Fact]
    public async Task A_change_of_its_own_that_commits_while_it_renews_is_no_store_that_went_back()
    {
        var vault = VaultAt(5);
        // The answer was made at change 5; before it is read, the node's own lane has committed change 6.
        await SyncAsync(vault, () =>
        {
            vault.Swap(new Snapshot { Seq = 6 });
            return 5;
        });
        Assert.Empty(_damage);
        Assert.Equal((6, true), (vault.Snapshot.Seq, vault.Lease.IsGood));
    }

    [Fact]
    public async Task A_store_that_is_behind_what_was_applied_before_it_was_asked_went_back()
    {
        var vault = VaultAt(5);
        await SyncAsync(vault, () => 4);
        Assert.Equal("store_rolled_back", Assert.Single(_damage).Reason);
        Assert.False(vault.Lease.IsGood);
    }

    [Fact]
    public async Task A_lease_that_the_store_makes_longer_than_changes_wait_ends_when_they_stop_waiting()
    {
        var vault = VaultAt(5);
        await SyncAsync(vault, () => 5, new LeaseTerms(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10)));
        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.True(vault.Lease.IsGood);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.False(vault.Lease.IsGood);
    }

    public void Dispose() => _keys.Dispose();

    private OpenedVault VaultAt(long seq) => new(
        _keys.Keystore, _keys.Hierarchy, _keys.Hierarchy, new Snapshot { Seq = seq }) { Lease = new Lease(_time) };

    private async Task SyncAsync(OpenedVault vault, Func<long> seqAtRenewal, LeaseTerms? terms = null)
    {
        var store = DispatchProxy.Create<INodeStore, Answers>();
        var answers = (Answers)(object)store;
        (answers.Seq, answers.Terms) = (seqAtRenewal, terms ?? LeaseTerms.Default);
        var sync = new NodeSync(store, null!, vault, new NodeIdentity("n", "127.0.0.1:1", "test", "machine"), _time,
            NullLogger.Instance) { Damaged = _damage.Add };
        await sync.SyncAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A store that is asked for renewals only.</summary>
    public class Answers : DispatchProxy
    {
        internal Func<long> Seq { get; set; } = () => 0;

        internal LeaseTerms Terms { get; set; } = LeaseTerms.Default;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == nameof(INodeStore.RenewAsync)
                ? new ValueTask<Renewal?>(new Renewal(new Counter(Seq(), [], []), Terms, false))
                : throw new NotSupportedException(targetMethod.Name);
    }
}
