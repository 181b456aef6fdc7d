using System.Threading.Channels;
using Keyward.Stores.Postgres;
using Keyward.Tests.Conformance;
using Keyward.Tests.Keystores;
using Keyward.Tests.Vault.Audit.Index;
using Keyward.Vault.Audit;
using Keyward.Vault.Cluster;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Vault.Cluster;

/// <summary>What a change waits for, on a real database: one node changes, the row of another stands in the
/// store.</summary>
public sealed class PropagationTests(PostgresServer postgres) : IAsyncLifetime
{
    private readonly VaultKeys _keys = new();
    private readonly WaitedTime _time = new();
    private PostgresStore _store = null!;
    private OpenedVault _vault = null!;
    private Propagation _propagation = null!;
    private NodeRow _other = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = new PostgresStore(ConnectionSettings.Parse(postgres.MakeDatabase(), "connection"));
        await _store.OpenAsync(Cancellation);
        var incarnation = (await _store.LoadAsync(Cancellation)).Counter.Incarnation;
        _vault = new OpenedVault(_keys.Keystore, _keys.Hierarchy, _keys.Hierarchy, Snapshot.Empty)
        {
            Lease = new Lease(_time), Incarnation = incarnation,
        };
        var me = new NodeIdentity("a", "127.0.0.1:1", "test", "machine");
        var sync = new NodeSync(_store, _store, _vault, me, _time, NullLogger.Instance);
        await sync.SyncAsync(Cancellation);
        _propagation = new Propagation(sync, _vault, _time);
        _other = new NodeRow("b", [2], 1, 0, incarnation, false, "127.0.0.1:2", "test", "machine", []);
        await _store.RegisterAsync(_other.Signed(_keys.Hierarchy), Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _propagation.Dispose();
        await _store.DisposeAsync();
        _keys.Dispose();
    }

    [Fact]
    public async Task A_change_waits_until_every_node_has_applied_it()
    {
        await _store.AcknowledgeAsync((_other with { Renewals = 2, Applied = 5 }).Signed(_keys.Hierarchy), Cancellation);
        var applied = await WaitAsync(seq: 5);
        Assert.Equal(["a", "b"], applied.Acknowledged);
        Assert.Empty(applied.Expired);
        var expired = await WaitAsync(seq: 6);
        Assert.Equal(["a"], expired.Acknowledged);
        Assert.Equal(["b"], expired.Expired);
    }

    [Fact]
    public async Task What_was_applied_of_another_store_counts_for_nothing()
    {
        var before = _other with { Renewals = 2, Applied = 900, Incarnation = new byte[16] };
        await _store.AcknowledgeAsync(before.Signed(_keys.Hierarchy), Cancellation);
        Assert.Equal(["b"], (await WaitAsync(seq: 5)).Expired);
    }

    [Fact]
    public async Task What_a_writer_of_the_store_acknowledges_in_a_nodes_name_counts_for_nothing()
    {
        await _store.AcknowledgeAsync(_other with { Renewals = 2, Applied = 900, Mac = new byte[32] }, Cancellation);
        Assert.Equal(["b"], (await WaitAsync(seq: 5)).Expired);
    }

    [Fact]
    public async Task Only_a_row_that_still_stands_where_it_was_seen_is_marked_dead()
    {
        var renewed = (_other with { Renewals = 2 }).Signed(_keys.Hierarchy);
        Assert.NotNull(await _store.RenewAsync(renewed, Cancellation));
        Assert.False(await _store.MarkDeadAsync(_other, Cancellation));
        Assert.False(await _store.MarkDeadAsync(renewed with { Boot = [3] }, Cancellation));
        Assert.NotNull(await _store.RenewAsync(renewed, Cancellation));

        Assert.True(await _store.MarkDeadAsync(renewed, Cancellation));
        // What it had under way comes too late; it must register, and is ordered with every change.
        Assert.Null(await _store.RenewAsync(renewed with { Renewals = 3 }, Cancellation));
        Assert.False(await _store.AcknowledgeAsync(renewed with { Renewals = 3, Applied = 5 }, Cancellation));
        await _store.RegisterAsync(renewed with { Renewals = 4 }, Cancellation);
        Assert.NotNull(await _store.RenewAsync(renewed with { Renewals = 5 }, Cancellation));
    }

    [Fact]
    public async Task A_call_that_finds_all_as_it_wants_it_returns_no_sooner_than_the_one_that_made_it_so()
    {
        var log = new ListLog();
        await using var lane = new ChangeLane(
            _store, log, _time, _vault, new Outbox(_store, log, "a", new Anchoring(_store, log, _time)), "a")
        {
            Propagation = _propagation,
        };
        var first = ChangeAsync(lane, draft => draft.Put(new SealedKeyRow(new byte[16], _keys.ProjectKey, draft.Now)));
        // In a transaction of its own: beside the change that makes it so it would wait for that one's sake.
        while (_vault.Snapshot.Seq == 0) await Task.Yield();
        var again = ChangeAsync(lane, _ => { });
        // The lane takes one transaction after the other: when this one is refused, the others are judged.
        var refused = await lane.ChangeAsync(
            Record(), _ => (Outcome<Done>)new Refusal(RefusalReason.NotFound, "No.", "keys/k"));
        var early = (first.IsCompleted, again.IsCompleted);

        await _store.AcknowledgeAsync((_other with { Renewals = 2, Applied = 1 }).Signed(_keys.Hierarchy), Cancellation);
        await PassTimeAsync(Task.WhenAll(first, again));
        Assert.Equal((true, true, false), ((await first).IsOk, (await again).IsOk, refused.IsOk));
        // Said last: the lane ends only when what it began has ended, for which time must pass.
        Assert.Equal((false, false), early);
    }

    private static Task<Outcome<Done>> ChangeAsync(ChangeLane lane, Action<ChangeDraft> change) =>
        lane.ChangeAsync(Record(), draft =>
        {
            change(draft);
            return (Outcome<Done>)default(Done);
        });

    private static RecordDraft Record()
    {
        var (id, nonce) = RecordWriter.RandomIds();
        var arrival = new Arrival(Door.System, new Source("", 0, null, null), null, id, nonce, default, 0);
        return new RecordDraft(arrival, null, Verb.Other);
    }

    private async Task<Propagated> WaitAsync(long seq)
    {
        var waiting = _propagation.WaitAsync(seq, _time.GetTimestamp());
        await PassTimeAsync(waiting);
        return await waiting;
    }

    /// <summary>Time passes only while somebody waits for it: the database takes as long as it takes.</summary>
    private async Task PassTimeAsync(Task task)
    {
        while (await Task.WhenAny(task, _time.Waits.WaitToReadAsync(Cancellation).AsTask()) != task)
            if (_time.Waits.TryRead(out var due)) _time.Advance(due);
    }

    private sealed class WaitedTime : FakeTimeProvider
    {
        private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

        public ChannelReader<TimeSpan> Waits => _waits.Reader;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _waits.Writer.TryWrite(dueTime);
            return timer;
        }
    }
}
