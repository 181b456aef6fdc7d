using Keyward.Vault.Gate;
using Keyward.Vault.Storage;
using Microsoft.Extensions.Logging;

namespace Keyward.Vault.Cluster;

/// <summary>Who this node is, as the others see it.</summary>
/// <param name="Machine">The running kernel's id: two processes with one node id and one machine id exclude each other
/// by the data folder's lock.</param>
internal sealed record NodeIdentity(string Id, string Address, string Build, string Machine)
{
    /// <summary>This run of the process.</summary>
    public byte[] Boot { get; } = System.Security.Cryptography.RandomNumberGenerator.GetBytes(16);
}

/// <summary>Keeps one node in step with the store: renews its lease, applies what others changed, acknowledges it, and
/// never lets the lease outlive what it knows. One synchronisation runs at a time; a change that is announced meanwhile
/// causes one more.</summary>
internal sealed class NodeSync(INodeStore nodes, IStore store, OpenedVault vault, NodeIdentity me, TimeProvider time,
    ILogger logger) : IAsyncDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>After a failed synchronisation the next is tried this soon: each one that works is service
    /// again.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private long _renewals = 1;
    private Task _loop = Task.CompletedTask;
    private bool _failing;

    /// <summary>How long the lease is, as the store last said.</summary>
    public LeaseTerms Terms { get; private set; } = LeaseTerms.Default;

    /// <summary>Why this node must not serve although its root is open; called once.</summary>
    public Action<GateStatus>? Damaged { get; set; }

    public NodeIdentity Me => me;

    public bool IsDraining => vault.IsDraining;

    public INodeStore Nodes => nodes;

    /// <summary>Registers, synchronises once, and goes on in the background.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await AwaitOldLifeAsync(cancellation).ConfigureAwait(false);
        await nodes.RegisterAsync(Row(), cancellation).ConfigureAwait(false);
        await SyncAsync(cancellation).ConfigureAwait(false);
        _loop = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>One synchronisation. Afterwards the node has applied all that was committed before it began, or its
    /// lease is what it was.</summary>
    public async Task SyncAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await SyncOnceAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Leaves the others in peace: nobody waits for this node any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        vault.Lease.End();
        try
        {
            await nodes.LeaveAsync(me.Id, me.Boot, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            // The others wait out the lease instead.
        }

        _turn.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await nodes.WaitForChangeAsync(_failing ? RetryInterval : Interval, _stopping.Token)
                    .ConfigureAwait(false);
                await SyncAsync(_stopping.Token).ConfigureAwait(false);
                if (_failing) ClusterLog.InStepAgain(logger);
                _failing = false;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (StoreUnavailableException failure)
            {
                if (!_failing) ClusterLog.NotInStep(logger, failure.Message);
                _failing = true;
                await PauseAsync().ConfigureAwait(false);
            }
            catch (FeedBrokenException failure)
            {
                Stop("store_altered", failure.Message);
                return;
            }
        }
    }

    private async Task SyncOnceAsync(CancellationToken cancellation)
    {
        // Read before the store is asked: this node's own changes go on meanwhile, and what it applies after the answer
        // was made is rightly missing in it.
        var applied = vault.Snapshot.Seq;
        var begun = vault.Lease.Begin();
        var renewal = await nodes.RenewAsync(NextRow(), cancellation).ConfigureAwait(false);
        if (renewal is null)
        {
            vault.Lease.End();
            if (await HasTwinAsync(cancellation).ConfigureAwait(false)) return;
            await nodes.RegisterAsync(NextRow(), cancellation).ConfigureAwait(false);
            begun = vault.Lease.Begin();
            renewal = await nodes.RenewAsync(NextRow(), cancellation).ConfigureAwait(false)
                ?? throw new StoreUnavailableException("This node's row vanishes from the store.");
        }

        var counter = renewal.Counter;
        if (counter.Seq < applied || !counter.Incarnation.AsSpan().SequenceEqual(vault.Incarnation))
        {
            Stop("store_rolled_back",
                $"This node has applied change {applied}, the store ends at {counter.Seq}: " +
                "an older store was put back.");
            return;
        }

        var snapshot = vault.Snapshot;
        if (counter.Seq > snapshot.Seq) await FollowAsync(snapshot, counter, cancellation).ConfigureAwait(false);
        Terms = renewal.Terms;
        vault.IsDraining = renewal.IsDraining;
        vault.Lease.Extend(begun, renewal.Terms.Lease);
    }

    private async Task FollowAsync(Snapshot snapshot, Counter counter, CancellationToken cancellation)
    {
        var missing = counter.Seq - snapshot.Seq;
        var entries = await store.ReadFeedAsync(snapshot.Seq, (int)Math.Min(missing, int.MaxValue), cancellation)
            .ConfigureAwait(false);
        vault.Swap(Following.Apply(snapshot, entries, counter, vault));
        Following.Forget(entries, vault);
        // Only now, with the change in force: the acknowledgement lets its author's call return.
        await nodes.AcknowledgeAsync(NextRow(), cancellation).ConfigureAwait(false);
    }

    /// <summary>A row of this node's name from another machine may be a copy that still runs: it gets the time in which
    /// its lease ends. On this machine the data folder's lock proves that the old process is gone.</summary>
    private async Task AwaitOldLifeAsync(CancellationToken cancellation)
    {
        var seen = await FindAsync(cancellation).ConfigureAwait(false);
        if (seen is null || seen.Machine == me.Machine || seen.Dead) return;
        ClusterLog.AwaitsOldLife(logger, me.Id);
        var since = time.GetTimestamp();
        while (time.GetElapsedTime(since) <= Terms.Expiry)
        {
            await Task.Delay(Interval, time, cancellation).ConfigureAwait(false);
            var now = await FindAsync(cancellation).ConfigureAwait(false);
            if (now is null || now.Dead) return;
            if (now.IsSameLife(seen)) continue;
            throw new StoreUnavailableException(
                $"A node with the name {me.Id} is running elsewhere: this data folder is a copy. " +
                "Give this node an empty data folder of its own, with a copy of root.key.");
        }
    }

    private async Task<bool> HasTwinAsync(CancellationToken cancellation)
    {
        var row = await FindAsync(cancellation).ConfigureAwait(false);
        if (row is null || row.Dead || row.Boot.AsSpan().SequenceEqual(me.Boot)) return false;
        Stop("node_twin", $"Another process serves as node {me.Id}: one of the two runs on a copy of the data folder.");
        return true;
    }

    private async Task<NodeRow?> FindAsync(CancellationToken cancellation) =>
        (await nodes.ReadNodesAsync(cancellation).ConfigureAwait(false)).FirstOrDefault(n => n.Id == me.Id);

    private void Stop(string reason, string sentence)
    {
        vault.Lease.End();
        ClusterLog.Damaged(logger, sentence);
        Damaged?.Invoke(new GateStatus(GateState.Damaged, reason, sentence + " Nothing is served."));
        _stopping.Cancel();
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(RetryInterval, time, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }

    private NodeRow NextRow()
    {
        _renewals++;
        return Row();
    }

    private NodeRow Row() => (new NodeRow(me.Id, me.Boot, _renewals, vault.Snapshot.Seq, vault.Incarnation, false,
        me.Address, me.Build, me.Machine, [])
        {
            Root = vault.HeldRoot, Demands = vault.Rates?.Demands() ?? "",
        }).Signed(vault.Hierarchy);
}
