using System.Buffers.Binary;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Cluster;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;

namespace Keyward.Vault.Storage;

/// <summary>Opens the vault on a store and a log that were left behind: checks that neither was altered or went back,
/// brings the log up to the store's outbox, and makes the node's first snapshot.</summary>
internal sealed class Opening(IStore store, AuditLog log, ITreeFiles files, TimeProvider time, string node)
{
    /// <summary>Records of changes are looked for from the log's end backwards in steps of this many.</summary>
    private const int LookBackStep = 4_096;

    private const int FeedPage = 1_000;

    /// <summary>Other nodes change the store, too: this node serves by a lease, and its log holds its own changes
    /// only.</summary>
    private bool IsShared => store is INodeStore;

    /// <summary>The last change of this store that the node had applied when it ran before; zero if it knows
    /// none.</summary>
    public long Known { get; init; }

    /// <summary>The open vault and its change lane, or why it must not serve.</summary>
    public async ValueTask<Outcome<(OpenedVault Vault, ChangeLane Lane)>> OpenAsync(
        StoredState state, IKeystore keystore, IKeyHierarchy hierarchy, ICredentialKeys credentialKeys,
        CancellationToken cancellation)
    {
        if (Known > state.Counter.Seq)
            return Damage("store_rolled_back", $"This node has applied change {Known}, the store ends at " +
                $"{state.Counter.Seq}: {PutBack}");
        var (snapshot, broken) = SnapshotLoader.Load(state, hierarchy);
        if (await JudgeSumAsync(state.Counter, snapshot, broken, hierarchy, cancellation).ConfigureAwait(false)
            is { } altered) return altered;
        var anchoring = new Anchoring(store, log, time);
        var outbox = new Outbox(store, log, node, anchoring);
        var opening = new LogOpening(store, log, files, time, node);
        if (await opening.OpenAsync(snapshot, hierarchy, cancellation).ConfigureAwait(false) is { } unfit)
            return unfit;
        if (await JudgeLogAsync(snapshot, hierarchy, cancellation).ConfigureAwait(false) is { } rolledBack)
            return rolledBack;
        await outbox.DrainAsync(cancellation).ConfigureAwait(false);

        Following.Adopt(snapshot.SealedKeys.Values, hierarchy);
        var vault = new OpenedVault(keystore, hierarchy, credentialKeys, snapshot)
        {
            Lease = IsShared ? new Lease(time) : Lease.Unlimited, Incarnation = state.Counter.Incarnation,
            Store = store,
        };
        await RecordStartAsync(snapshot, hierarchy).ConfigureAwait(false);
        await anchoring.AnchorAsync(cancellation).ConfigureAwait(false);
        return (vault, new ChangeLane(store, log, time, vault, outbox, node));
    }

    /// <summary>The sum of all rows must be the one that was sealed with the last change. Rows whose own seal is broken
    /// are replaced by what the feed says of them: if the sum then holds, they alone were altered, and the rest can be
    /// trusted. A row that was rolled back or removed with its seal intact shows here.</summary>
    private async ValueTask<Refusal?> JudgeSumAsync(
        Counter counter, Snapshot snapshot, IReadOnlyList<Row> broken, IKeyHierarchy hierarchy,
        CancellationToken cancellation)
    {
        var expected = new byte[StateSum.SizeBytes];
        if (!hierarchy.TryOpenStateSum(counter.Seq, counter.SealedSum, expected))
            return Damage("store_altered", "The store's state sum does not open: the counter row was altered.");
        var sum = snapshot.Sum;
        if (broken.Count > 0) sum = await WithFeedAsync(sum, broken, hierarchy, cancellation).ConfigureAwait(false);
        return sum == StateSum.Parse(expected)
            ? null
            : Damage("store_altered", "Rows of the store were removed, added or put back outside Keyward.");
    }

    private async ValueTask<StateSum> WithFeedAsync(
        StateSum sum, IReadOnlyList<Row> broken, IKeyHierarchy hierarchy, CancellationToken cancellation)
    {
        var names = broken.Select(r => r.Identity).ToHashSet(StringComparer.Ordinal);
        var last = new Dictionary<string, Row>(StringComparer.Ordinal);
        var after = 0L;
        while (true)
        {
            var entries = await store.ReadFeedAsync(after, FeedPage, cancellation).ConfigureAwait(false);
            if (entries.Count == 0) break;
            after = entries[^1].Seq;
            foreach (var row in entries.SelectMany(e => e.Rows))
                if (names.Contains(row.Identity) && SnapshotLoader.SealHolds(row, hierarchy)) last[row.Identity] = row;
        }

        return last.Values.Aggregate(sum, (total, row) => total.Add(SnapshotLoader.TermOf(row, hierarchy)));
    }

    /// <summary>Every committed change is in the log or in the outbox; a log that names a later state than the store's,
    /// or another one for the same number, is newer than the store.</summary>
    private async ValueTask<Refusal?> JudgeLogAsync(
        Snapshot snapshot, IKeyHierarchy hierarchy, CancellationToken cancellation)
    {
        var waiting = await store.ReadOutboxAsync(cancellation).ConfigureAwait(false);
        var logged = await LastMarkAsync(cancellation).ConfigureAwait(false);
        if (logged is { } mark && (mark.Seq > snapshot.Seq
            || (mark.Seq == snapshot.Seq && snapshot.Altered.IsEmpty && mark.State != DigestOf(snapshot, hierarchy))))
            return Damage("store_rolled_back",
                $"The audit log knows change {mark.Seq}, " +
                $"the store ends at {snapshot.Seq}: {PutBack}");
        if (IsShared) return null;
        // A successor's first change is the one that made it.
        var next = logged?.Seq + 1 ?? FirstSeqOf(snapshot);
        foreach (var entry in waiting)
            if (entry.Seq == next) next++;
        return next > snapshot.Seq
            ? null
            : Damage("log_rolled_back",
                $"The store knows change {snapshot.Seq}, the audit log ends at {next - 1}: an older log was put back.");
    }

    private long FirstSeqOf(Snapshot snapshot) => LogKeys.Of(
        snapshot.SealedKeys.Values, snapshot.Deployment!.Id, snapshot.Deployment.Node)
        .First(l => l.Origin == log.Origin).Keys[0].Seq;

    private async ValueTask<(long Seq, string State)?> LastMarkAsync(CancellationToken cancellation)
    {
        for (var end = log.Size; end > 0; end -= LookBackStep)
        {
            (long Seq, string State)? last = null;
            var from = Math.Max(0, end - LookBackStep);
            await foreach (var (index, entry) in log.ReadAsync(from, cancellation).ConfigureAwait(false))
            {
                if (index >= end) break;
                last = RecordFields.MarkOf(entry.Span) ?? last;
            }

            if (last is not null) return last;
        }

        return null;
    }

    private async ValueTask RecordStartAsync(Snapshot snapshot, IKeyHierarchy hierarchy)
    {
        var (id, nonce) = RecordWriter.RandomIds();
        var arrival = new Arrival(Door.System, new Source("", 0, null, null), null, id, nonce, time.GetUtcNow(),
            time.GetTimestamp()) { Method = "Start" };
        var draft = new RecordDraft(arrival, null, new Verb("start", OperationClass.AdminWrite));
        draft.Parameter("log", log.Origin);
        foreach (var key in log.Tree!.Keys) draft.Parameter("log_key", key.ToString());
        var mark = new ChangeMark(snapshot.Seq, UInt128.Parse(
            DigestOf(snapshot, hierarchy), System.Globalization.NumberStyles.HexNumber));
        var record = RecordWriter.Write(draft, time.GetUtcNow(), TimeSpan.Zero,
            node, null, mark);
        await log.AppendAsync(record).ConfigureAwait(false);
    }

    private static string DigestOf(Snapshot snapshot, IKeyHierarchy hierarchy)
    {
        Span<byte> bytes = stackalloc byte[StateSum.SizeBytes];
        Span<byte> digest = stackalloc byte[16];
        snapshot.Sum.Write(bytes);
        hierarchy.StateDigest(bytes, digest);
        return BinaryPrimitives.ReadUInt128BigEndian(digest).ToString("x32");
    }

    private const string PutBack = "an older store was put back. Stop the server, and put the newer store back, " +
        "or a backup of store and log together: keyward restore.";

    private static Refusal Damage(string reason, string sentence) =>
        new(RefusalReason.NotReady, sentence + " Nothing is served.", reason);
}
