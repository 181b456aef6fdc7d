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
    public async Task Another_store_is_none_that_this_node_may_serve_by_however_far_it_is()
    {
        var vault = VaultAt(5);
        await SyncAsync(vault, () => 5, incarnation: [1]);
        Assert.Equal("store_rolled_back", Assert.Single(_damage).Reason);
        Assert.False(vault.Lease.IsGood);
    }

    [Fact]
    public async Task A_nodes_first_lease_rests_on_a_renewal_that_began_when_it_was_registered()
    {
        var vault = VaultAt(5);
        var store = DispatchProxy.Create<INodeStore, Answers>();
        var answers = (Answers)(object)store;
        (answers.Seq, answers.Called) = (() => 5, name =>
        {
            // The lease that a call finds would let requests be served while it is under way.
            Assert.False(vault.Lease.IsGood, name);
            _time.Advance(TimeSpan.FromSeconds(9));
        });
        await using var sync = new NodeSync(store, null!, vault, Me, _time, NullLogger.Instance);
        await sync.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["ReadNodesAsync", "RegisterAsync", "RenewAsync"], answers.Calls.Take(3));
        Assert.Equal(TimeSpan.FromSeconds(1), vault.Lease.Remaining);
    }

    [Fact]
    public async Task A_node_that_was_given_up_serves_by_no_lease_until_it_is_registered_again()
    {
        var vault = VaultAt(5);
        var store = DispatchProxy.Create<INodeStore, Answers>();
        var answers = (Answers)(object)store;
        answers.Seq = () => 5;
        var sync = new NodeSync(store, null!, vault, Me, _time, NullLogger.Instance);
        await sync.SyncAsync(TestContext.Current.CancellationToken);
        Assert.True(vault.Lease.IsGood);
        answers.Calls.Clear();
        (answers.IsGivenUp, answers.Called) = (true, name =>
        {
            if (answers.Calls is not ["RenewAsync"]) Assert.False(vault.Lease.IsGood, name);
            _time.Advance(TimeSpan.FromSeconds(3));
        });
        await sync.SyncAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["RenewAsync", "ReadNodesAsync", "RegisterAsync", "RenewAsync"], answers.Calls);
        Assert.Equal(TimeSpan.FromSeconds(7), vault.Lease.Remaining);
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

    private static NodeIdentity Me { get; } = new("n", "127.0.0.1:1", "test", "machine");

    private OpenedVault VaultAt(long seq) => new(
        _keys.Keystore, _keys.Hierarchy, _keys.Hierarchy, new Snapshot { Seq = seq }) { Lease = new Lease(_time) };

    private async Task SyncAsync(
        OpenedVault vault, Func<long> seqAtRenewal, LeaseTerms? terms = null, byte[]? incarnation = null)
    {
        var store = DispatchProxy.Create<INodeStore, Answers>();
        var answers = (Answers)(object)store;
        (answers.Seq, answers.Terms, answers.Incarnation) =
            (seqAtRenewal, terms ?? LeaseTerms.Default, incarnation ?? []);
        var sync = new NodeSync(store, null!, vault, Me, _time, NullLogger.Instance) { Damaged = _damage.Add };
        await sync.SyncAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A store that knows no other node.</summary>
    public class Answers : DispatchProxy
    {
        internal Func<long> Seq { get; set; } = () => 0;

        internal LeaseTerms Terms { get; set; } = LeaseTerms.Default;

        internal byte[] Incarnation { get; set; } = [];

        /// <summary>Somebody has waited this node's lease out: it must register.</summary>
        internal bool IsGivenUp { get; set; }

        internal Action<string> Called { get; set; } = _ => { };

        internal List<string> Calls { get; } = [];

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var name = targetMethod!.Name;
            if (name is not (nameof(INodeStore.WaitForChangeAsync) or nameof(INodeStore.LeaveAsync)))
            {
                Calls.Add(name);
                Called(name);
            }

            switch (name)
            {
                case nameof(INodeStore.RenewAsync):
                    return new ValueTask<Renewal?>(IsGivenUp ? null
                        : new Renewal(new Counter(Seq(), [], Incarnation), Terms, false));
                case nameof(INodeStore.RegisterAsync):
                    IsGivenUp = false;
                    return ValueTask.CompletedTask;
                case nameof(INodeStore.ReadNodesAsync):
                    return new ValueTask<IReadOnlyList<NodeRow>>([]);
                case nameof(INodeStore.WaitForChangeAsync):
                    return new ValueTask(Task.Delay(Timeout.InfiniteTimeSpan, (CancellationToken)args![1]!));
                case nameof(INodeStore.LeaveAsync):
                    return ValueTask.CompletedTask;
                default:
                    throw new NotSupportedException(name);
            }
        }
    }
}
