using System.Threading.Channels;
using Keyward.Vault.Audit;
using Keyward.Vault.Cluster;
using Keyward.Vault.Gate;
using Keyward.Vault.Metrics;

namespace Keyward.Vault.Storage;

/// <summary>The one way in which this node changes anything. It takes all waiting changes into one transaction, judges
/// each under the store's lock against the state that it will change, commits them with their records, swaps the
/// snapshot, writes the records to the log, and only then lets the callers go on. One loop; callers wait on
/// it.</summary>
internal sealed class ChangeLane : IAsyncDisposable
{
    /// <summary>A transaction holds the store's lock: more changes in one would make others wait too long.</summary>
    private const int MaximumBatch = 16;

    /// <summary>More waiting changes than this are refused: a queue without a limit hides an overload.</summary>
    private const int MaximumWaiting = 1_024;

    /// <summary>Batches that were committed and wait for other nodes. A node that died unexplained holds each up for a
    /// lease's length, so many may wait at once, but not any number.</summary>
    private const int MaximumUnfinished = 128;

    private static readonly Refusal Busy = new(
        RefusalReason.Overloaded, "Too many changes wait for the store. Try again.");

    private static readonly Refusal NotLeading = new(
        RefusalReason.TransitionNotAllowed, "Another node runs the jobs by now; this one's turn is over.");

    private static readonly Refusal NotLogged = new(RefusalReason.AuditUnwritable,
        "The change was made, but its audit record could not be written yet; it will be, from the store.");

    private readonly Channel<PendingChange> _waiting = Channel.CreateBounded<PendingChange>(
        new BoundedChannelOptions(MaximumWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly IStore _store;
    private readonly IAuditLog _log;
    private readonly TimeProvider _time;
    private readonly OpenedVault _vault;
    private readonly Outbox _outbox;
    private readonly string _node;
    private readonly SemaphoreSlim _unfinished = new(MaximumUnfinished, MaximumUnfinished);
    private readonly Task _loop;

    public ChangeLane(
        IStore store, IAuditLog log, TimeProvider time, OpenedVault vault, Outbox outbox, string node)
    {
        (_store, _log, _time, _vault, _outbox, _node) = (store, log, time, vault, outbox, node);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>The other nodes that a change must have reached before it is answered; null where there are
    /// none.</summary>
    public Propagation? Propagation { get; set; }

    /// <summary>What times the transactions, once there is something.</summary>
    public PartMetrics? Parts { get; set; }

    public Task<Outcome<T>> ChangeAsync<T>(RecordDraft record, Func<ChangeDraft, Outcome<T>> judge)
    {
        var pending = new PendingChange<T>(record, judge);
        if (!_waiting.Writer.TryWrite(pending)) pending.Refuse(Busy);
        return pending.Done;
    }

    /// <summary>Brings in what the log could not take, and marks what it has.</summary>
    public ValueTask FlushOutboxAsync() => _outbox.FlushAsync();

    /// <summary>Brings in records that nobody has logged for some time.</summary>
    public ValueTask AdoptAsync(TimeSpan after) => _outbox.AdoptAsync(after, _time);

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
        for (var i = 0; i < MaximumUnfinished; i++) await _unfinished.WaitAsync().ConfigureAwait(false);
        await _outbox.FlushAsync().ConfigureAwait(false);
        _unfinished.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<PendingChange>(MaximumBatch);
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < MaximumBatch && _waiting.Reader.TryRead(out var pending)) batch.Add(pending);
            try
            {
                await CommitAsync(batch).ConfigureAwait(false);
            }
            // The lane must outlive any failure: each waiting caller gets it, and the gate judges it.
#pragma warning disable CA1031
            catch (Exception failure)
#pragma warning restore CA1031
            {
                foreach (var pending in batch) pending.Fail(failure);
            }
        }
    }

    private async Task CommitAsync(List<PendingChange> batch)
    {
        var judged = new Judged(this, batch);
        if (!_vault.Operations.IsLoaded && batch.Exists(p => p.Record.Operation is not null))
            _vault.Operations.Load(await _store.ReadFeedAsync(Math.Max(0, _vault.Snapshot.Seq - RecentOperations.Kept),
                RecentOperations.Kept, CancellationToken.None).ConfigureAwait(false));
        var began = PartMetrics.Begin();
        await _store.ChangeAsync(_vault.Snapshot.Seq, judged.Judge, CancellationToken.None).ConfigureAwait(false);
        Parts?.StoreDone(began);
        foreach (var pending in batch) pending.Trace?.Note("store.write", began);
        foreach (var pending in judged.Refused) pending.Complete();
        _vault.Operations.Note([.. judged.Changes.Select(c => c.Entry)]);
        foreach (var change in judged.Changes) Following.Adopt(change.Entry.Rows, _vault.Hierarchy);
        _vault.Swap(judged.After);
        Following.Forget(judged.Missed, _vault);
        if (judged.Committed.Count + judged.Unchanged.Count == 0) return;
        var committedAt = _time.GetTimestamp();
        foreach (var (pending, _) in judged.Committed) pending.Record.IsCommitted = true;
        var finishing = FinishAsync(judged, committedAt);
        if (Propagation is null)
        {
            await finishing.ConfigureAwait(false);
            return;
        }

        // The next changes need not wait until these have reached the other nodes.
        await _unfinished.WaitAsync().ConfigureAwait(false);
        _ = finishing.ContinueWith(
            _ => _unfinished.Release(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task FinishAsync(Judged judged, long committedAt)
    {
        var receipts = new Task<Receipt>[judged.Committed.Count];
        for (var i = 0; i < receipts.Length; i++) receipts[i] = AppendAsync(judged.Committed[i].Entry);
        try
        {
            if (Propagation is { } others)
                await PropagateAsync(others, judged, committedAt).ConfigureAwait(false);
        }
        catch (AuditUnwritableException)
        {
            // The change reached the others; the append of its own record says below that the log is full.
        }

        for (var i = 0; i < receipts.Length; i++)
            await FinishAsync(judged.Committed[i], receipts[i]).ConfigureAwait(false);
        foreach (var pending in judged.Unchanged) pending.Complete();
    }

    /// <summary>A call that found all as it wants it waits as well: the change that made it so may not have reached
    /// every node yet.</summary>
    private async Task PropagateAsync(Propagation others, Judged judged, long committedAt)
    {
        var seq = judged.After.Seq;
        var propagated = await others.WaitAsync(seq, committedAt, judged.Committed.Count > 0).ConfigureAwait(false);
        if (judged.Committed.Count == 0) return;
        var record = SystemRecords.Applied(_time, _node, seq, propagated);
        await _log.AppendAsync(record).ConfigureAwait(false);
    }

    private async Task<Receipt> AppendAsync(OutboxEntry entry) =>
        await _log.AppendAsync(entry.Record).ConfigureAwait(false);

    private async Task FinishAsync((PendingChange Pending, OutboxEntry Entry) committed, Task<Receipt> append)
    {
        try
        {
            committed.Pending.Record.Arrival.Receipt = await append.ConfigureAwait(false);
        }
        catch (AuditUnwritableException)
        {
            _outbox.Remember(committed.Entry);
            committed.Pending.Refuse(NotLogged);
            return;
        }

        await _outbox.LoggedAsync(committed.Entry.RecordId).ConfigureAwait(false);
        committed.Pending.Complete();
    }

    /// <summary>What one judgement gave: the changes to commit, those that were refused, and those that found nothing
    /// to change.</summary>
    private sealed class Judged(ChangeLane lane, List<PendingChange> batch)
    {
        public List<PendingChange> Refused { get; } = [];

        public List<PendingChange> Unchanged { get; } = [];

        /// <summary>What other nodes changed since this one last looked.</summary>
        public IReadOnlyList<FeedEntry> Missed { get; private set; } = [];

        public List<(PendingChange Pending, OutboxEntry Entry)> Committed { get; } = [];

        public IReadOnlyList<Change> Changes { get; private set; } = [];

        public Snapshot After { get; private set; } = Snapshot.Empty;

        /// <summary>A call that was carried out before waits, as one that found nothing to change, until what it did
        /// then has reached every node. Its twin in the same batch comes again when the first is committed. And what
        /// comes in a batch with another root would be sealed by the old one, which is in use until the
        /// commit.</summary>
        private bool TurnsAway(PendingChange pending, Counter counter, List<Change> changes)
        {
            var record = pending.Record;
            if (record.Arrival.LeaderTerm is { } term && term != counter.LeaderTerm)
            {
                pending.TurnAway(NotLeading);
                Refused.Add(pending);
                return true;
            }

            if (lane._vault.Operations.Refuse(record.Operation, record.Arrival.Id) is { } done)
            {
                pending.TurnAway(done);
                Unchanged.Add(pending);
                return true;
            }

            if (!changes.Exists(c => (record.Operation is { } own && IsTwin(c.Entry.OperationId, own))
                || c.Entry.Rows.Any(Erasure.IsBridge))) return false;
            pending.TurnAway(Busy);
            Refused.Add(pending);
            return true;
        }

        private static bool IsTwin(byte[] a, byte[] b) =>
            a.Length == b.Length && a.AsSpan(0, 32).SequenceEqual(b.AsSpan(0, 32));

        public IReadOnlyList<Change> Judge(Counter counter, IReadOnlyList<FeedEntry> missed)
        {
            // A transaction that the store begins anew is judged anew: nothing of the first try was written.
            Refused.Clear();
            Unchanged.Clear();
            Committed.Clear();
            var snapshot = lane._vault.Snapshot;
            missed = [.. missed.SkipWhile(e => e.Seq <= snapshot.Seq)];
            if (counter.Seq != snapshot.Seq + missed.Count)
                throw new StoreUnavailableException("The store is not where this node left it: it went back.");
            try
            {
                snapshot = Following.Apply(snapshot, missed, counter, lane._vault);
            }
            catch (FeedBrokenException failure)
            {
                throw new StoreUnavailableException(failure.Message, failure);
            }

            var changes = new List<Change>();
            foreach (var pending in batch)
            {
                if (TurnsAway(pending, counter, changes)) continue;
                var draft = new ChangeDraft(
                    snapshot, snapshot.Seq + 1, lane._time.GetUtcNow(), lane._vault, pending.Record);
                if (!pending.Judge(draft))
                {
                    Refused.Add(pending);
                    continue;
                }

                if (draft.IsEmpty)
                {
                    Unchanged.Add(pending);
                    continue;
                }

                var sum = draft.SumAfter(snapshot.Sum);
                snapshot = draft.Snapshot with { Seq = draft.Seq, Sum = sum };
                var took = lane._time.GetElapsedTime(pending.Record.Arrival.ReceivedTicks);
                var change = draft.ToChange(sum, took, lane._node);
                Committed.Add((pending, change.Outbox));
                changes.Add(change);
            }

            (After, Missed, Changes) = (snapshot, missed, changes);
            return changes;
        }
    }
}
