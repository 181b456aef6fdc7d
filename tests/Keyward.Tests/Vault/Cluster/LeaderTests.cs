using Keyward.Stores.Postgres;
using Keyward.Tests.Conformance;
using Keyward.Tests.Keystores;
using Keyward.Tests.Vault.Audit.Index;
using Keyward.Vault.Cluster;
using Keyward.Vault.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Vault.Cluster;

/// <summary>Two nodes that both would lead, on a real database.</summary>
public sealed class LeaderTests(PostgresServer postgres) : IAsyncLifetime
{
    private readonly VaultKeys _keys = new();
    private readonly FakeTimeProvider _time = new();
    private readonly List<PostgresStore> _stores = [];
    private string _connection = "";

    public ValueTask InitializeAsync()
    {
        _connection = postgres.MakeDatabase();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores) await store.DisposeAsync();
        _keys.Dispose();
    }

    [Fact]
    public async Task Who_stood_still_for_a_lease_leads_no_more_and_learns_it_from_its_clock_and_from_the_store()
    {
        var (first, second) = (await LeaderAsync("a"), await LeaderAsync("b"));
        await StepAsync(first);
        await StepAsync(second);
        Assert.Equal((true, false), (first.IsLeading, second.IsLeading));
        for (var i = 0; i < 30; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await StepAsync(first);
            await StepAsync(second);
            Assert.Equal((true, false), (first.IsLeading, second.IsLeading));
        }

        // The first stands still. While it may still believe that it leads, nobody else does.
        for (var i = 0; i < 11; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await StepAsync(second);
            Assert.False(first.IsLeading && second.IsLeading);
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        await StepAsync(second);
        Assert.Equal((false, true), (first.IsLeading, second.IsLeading));
        // It goes on, with what it knew: the store holds a later term.
        await StepAsync(first);
        Assert.Equal((false, true), (first.IsLeading, second.IsLeading));

        // One step to see that the place is free, one to take it.
        await second.ResignAsync();
        await StepAsync(first);
        await StepAsync(first);
        Assert.Equal((true, false), (first.IsLeading, second.IsLeading));
    }

    [Fact]
    public async Task Of_two_that_take_over_at_once_one_leads()
    {
        var leaders = new List<Leader>();
        for (var i = 0; i < 8; i++) leaders.Add(await LeaderAsync($"n{i}"));
        await Task.WhenAll(leaders.Select(StepAsync));
        Assert.Single(leaders, l => l.IsLeading);
        var led = leaders.FindIndex(l => l.IsLeading);
        _time.Advance(TimeSpan.FromSeconds(12));
        await Task.WhenAll(leaders.Where((_, i) => i != led).Select(StepAsync));
        Assert.Single(leaders, l => l.IsLeading);
        Assert.False(leaders[led].IsLeading);
    }

    [Fact]
    public async Task A_takeover_is_seen_by_every_change_after_it()
    {
        var (first, second) = (await LeaderAsync("a"), await LeaderAsync("b"));
        await StepAsync(first);
        await StepAsync(second);
        var before = first.Term;
        Assert.Equal((before, 0), (await TermAtChangeAsync(_stores[0]), second.Term));
        // The first stands still, as a process that was stopped; its clock is the same here, so its term is kept aside.
        _time.Advance(TimeSpan.FromSeconds(12));
        await StepAsync(second);
        Assert.True(second.Term > before);
        Assert.Equal(second.Term, await TermAtChangeAsync(_stores[0]));
        Assert.Equal(0, first.Term);
    }

    [Fact]
    public async Task What_a_dead_node_committed_and_did_not_log_another_logs_once()
    {
        await LeaderAsync("a");
        await LeaderAsync("b");
        var id = System.Security.Cryptography.RandomNumberGenerator.GetBytes(16);
        byte[] record = [1, 2, 3];
        await _stores[0].ChangeAsync(0, (_, _) =>
            [new Change(new FeedEntry(1, id, []), [9], new OutboxEntry(id, 1, "a", record))], default);
        // Node a is killed here: committed, and in no log.
        var log = new ListLog();
        var outbox = new Outbox(_stores[1], log, "b", new Anchoring(_stores[1], log, _time));
        await outbox.AdoptAsync(TimeSpan.FromSeconds(60), _time);
        _time.Advance(TimeSpan.FromSeconds(59));
        await outbox.AdoptAsync(TimeSpan.FromSeconds(60), _time);
        Assert.Equal(0, log.Size);
        _time.Advance(TimeSpan.FromSeconds(2));
        await outbox.AdoptAsync(TimeSpan.FromSeconds(60), _time);
        await outbox.AdoptAsync(TimeSpan.FromSeconds(60), _time);
        Assert.Equal(1, log.Size);
        // When a comes back it finds nothing left to log.
        Assert.Empty(await _stores[0].ReadOutboxAsync(default));
    }

    private static async Task<long> TermAtChangeAsync(PostgresStore store)
    {
        var term = -1L;
        await store.ChangeAsync(0, (counter, _) =>
        {
            term = counter.LeaderTerm;
            return [];
        }, TestContext.Current.CancellationToken);
        return term;
    }

    private static Task StepAsync(Leader leader) => leader.StepAsync(TestContext.Current.CancellationToken);

    private async Task<Leader> LeaderAsync(string name)
    {
        var store = new PostgresStore(ConnectionSettings.Parse(_connection, "connection"));
        _stores.Add(store);
        await store.OpenAsync(TestContext.Current.CancellationToken);
        var vault = new OpenedVault(_keys.Keystore, _keys.Hierarchy, _keys.Hierarchy, Snapshot.Empty);
        var me = new NodeIdentity(name, "127.0.0.1:1", "test", "machine");
        var sync = new NodeSync(store, store, vault, me, _time, NullLogger.Instance);
        return new Leader(store, sync, _time);
    }
}
