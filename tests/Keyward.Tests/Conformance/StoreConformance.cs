using System.Security.Cryptography;
using Keyward.Vault.Storage;

namespace Keyward.Tests.Conformance;

/// <summary>What every store promises. Each store runs all of it.</summary>
public abstract class StoreConformance : IAsyncLifetime
{
    private protected IStore Store { get; private set; } = null!;

    /// <summary>A store object on the same data, unopened.</summary>
    private protected abstract IStore Make();

    public async ValueTask InitializeAsync()
    {
        Store = Make();
        await Store.OpenAsync(default);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Clean();
        GC.SuppressFinalize(this);
    }

    protected virtual void Clean()
    {
    }

    [Fact]
    public async Task An_empty_store_has_a_counter_at_zero_and_an_incarnation()
    {
        var state = await Store.LoadAsync(default);
        Assert.Equal(0, state.Counter.Seq);
        Assert.Equal(16, state.Counter.Incarnation.Length);
        Assert.Empty(state.Rows);
    }

    [Fact]
    public async Task A_change_is_there_after_reopening()
    {
        await ChangeAsync(0, Row("a", 1));
        await Store.DisposeAsync();
        Store = Make();
        await Store.OpenAsync(default);
        var state = await Store.LoadAsync(default);
        Assert.Equal(1, state.Counter.Seq);
        var row = Assert.Single(state.Rows);
        Assert.Equal("a", row.Cells[0].Text);
        Assert.Equal(1, row.Seq);
        Assert.Equal(32, row.Seal.Length);
    }

    [Fact]
    public async Task The_largest_checkpoint_of_each_log_is_read_and_one_that_is_there_stays()
    {
        Assert.Empty(await Store.ReadCheckpointsAsync(default));
        var time = DateTimeOffset.UnixEpoch.AddDays(20_000);
        foreach (var (origin, size) in ((string, long)[])[("a", 5), ("a", 12), ("b", 7), ("a", 9)])
            await Store.PutCheckpointAsync(new StoredCheckpoint(origin, size, [(byte)size], time), default);
        await Store.PutCheckpointAsync(new StoredCheckpoint("a", 12, [99], time), default);
        var found = await Store.ReadCheckpointsAsync(default);
        Assert.Equal([("a", 12L, (byte)12), ("b", 7, 7)], found.OrderBy(c => c.Origin).Select(c => (c.Origin, c.Size, c.Note.Single())));
        Assert.All(found, c => Assert.Equal(time, c.Time));
    }

    [Fact]
    public async Task A_copy_fills_an_empty_store_and_replaces_a_full_one_only_when_told()
    {
        await ChangeAsync(0, Row("a", 1));
        await ChangeAsync(1, Row("b", 2));
        var time = DateTimeOffset.UnixEpoch.AddDays(20_000);
        await Store.PutCheckpointAsync(new StoredCheckpoint("log", 7, [7], time), default);
        var copy = await Store.CopyAsync(default);
        Assert.Equal((2, 2, 2, 1),
            (copy.Counter.Seq, copy.Rows.Count, copy.Outbox.Count, copy.Checkpoints.Count));

        await ChangeAsync(2, Row("c", 3));
        Assert.False(await Store.FillAsync(copy, replace: false, default));
        Assert.Equal(3, (await Store.LoadAsync(default)).Rows.Count);
        var incarnation = RandomNumberGenerator.GetBytes(16);
        Assert.True(await Store.FillAsync(
            copy with { Counter = copy.Counter with { Incarnation = incarnation } }, replace: true, default));
        var filled = await Store.CopyAsync(default);
        Assert.Equal(incarnation, filled.Counter.Incarnation);
        Assert.Equal(copy.Counter.SealedSum, filled.Counter.SealedSum);
        Assert.Equal(["a", "b"], filled.Rows.Select(r => r.Cells[0].Text).Order());
        Assert.Equal(copy.Outbox.Select(o => Convert.ToHexString(o.Record)),
            filled.Outbox.Select(o => Convert.ToHexString(o.Record)));
        Assert.Equal(7, Assert.Single(filled.Checkpoints).Size);
        // It goes on from there.
        await ChangeAsync(2, Row("d", 3));
        Assert.Equal(3, Assert.Single(await Store.ReadFeedAsync(0, 100, default)).Seq);
    }

    [Fact]
    public async Task The_same_primary_key_is_replaced()
    {
        await ChangeAsync(0, Row("a", 1, "111111111111"));
        await ChangeAsync(1, Row("a", 2, "222222222222"));
        var row = Assert.Single((await Store.LoadAsync(default)).Rows);
        Assert.Equal("222222222222", row.Cells[1].Text);
    }

    [Fact]
    public async Task Several_changes_of_one_judgement_commit_together()
    {
        await Store.ChangeAsync(0, (_, _) => [Change(1, Row("a", 1)), Change(2, Row("b", 2))], default);
        var state = await Store.LoadAsync(default);
        Assert.Equal(2, state.Counter.Seq);
        Assert.Equal(2, state.Rows.Count);
        Assert.Equal([1L, 2L], (await Store.ReadFeedAsync(0, 10, default)).Select(f => f.Seq));
    }

    [Fact]
    public async Task A_judgement_that_throws_changes_nothing()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await Store.ChangeAsync(0, (_, _) => throw new InvalidOperationException(), default));
        Assert.Equal(0, (await Store.LoadAsync(default)).Counter.Seq);
        await ChangeAsync(0, Row("a", 1));
        Assert.Equal(1, (await Store.LoadAsync(default)).Counter.Seq);
    }

    [Fact]
    public async Task A_judgement_of_nothing_writes_nothing()
    {
        await Store.ChangeAsync(0, (_, _) => [], default);
        Assert.Equal(0, (await Store.LoadAsync(default)).Counter.Seq);
    }

    [Fact]
    public async Task Who_is_behind_is_given_what_was_missed()
    {
        await ChangeAsync(0, Row("a", 1));
        await ChangeAsync(1, Row("b", 2));
        IReadOnlyList<FeedEntry>? missed = null;
        await Store.ChangeAsync(1, (counter, entries) =>
        {
            Assert.Equal(2, counter.Seq);
            missed = entries;
            return [];
        }, default);
        var entry = Assert.Single(missed!);
        Assert.Equal(2, entry.Seq);
        Assert.Equal("b", Assert.Single(entry.Rows).Cells[0].Text);
    }

    [Fact]
    public async Task Records_wait_in_the_outbox_until_they_are_cleared()
    {
        await ChangeAsync(0, Row("a", 1));
        await ChangeAsync(1, Row("b", 2));
        var waiting = await Store.ReadOutboxAsync(default);
        Assert.Equal([1L, 2L], waiting.Select(w => w.Seq));
        await Store.ClearOutboxAsync([waiting[0].RecordId], default);
        Assert.Equal([2L], (await Store.ReadOutboxAsync(default)).Select(w => w.Seq));
    }

    [Fact]
    public async Task Reading_goes_on_while_changes_are_made()
    {
        var writing = Task.Run(async () =>
        {
            for (var seq = 0; seq < 50; seq++) await ChangeAsync(seq, Row("k" + seq, seq + 1));
        });
        while (!writing.IsCompleted)
        {
            var state = await Store.LoadAsync(default);
            Assert.Equal(state.Counter.Seq, state.Rows.Count);
        }

        await writing;
    }

    [Fact]
    public async Task Every_table_keeps_every_kind_of_cell()
    {
        var rows = Tables.All.Select(t => new Row(t, [.. t.Columns.Select(Sample)], 1, new byte[32])).ToArray();
        await ChangeAsync(0, rows);
        var loaded = (await Store.LoadAsync(default)).Rows;
        Assert.Equal(rows.Length, loaded.Count);
        foreach (var row in rows)
        {
            var twin = loaded.Single(r => r.Table == row.Table);
            Assert.Equal(Convert.ToHexString(RowCodec.Framed(row)), Convert.ToHexString(RowCodec.Framed(twin)));
        }
    }

    [Fact]
    public async Task Scrubbing_loses_nothing()
    {
        await ChangeAsync(0, Row("a", 1));
        await Store.ScrubAsync(default);
        Assert.Single((await Store.LoadAsync(default)).Rows);
    }

    [Fact]
    public async Task A_change_that_erases_material_takes_its_earlier_copies_out_of_the_feed()
    {
        byte[] material = [0xfe, 0xed, 0xbe, 0xef, 1, 2, 3];
        await ChangeAsync(0, Version(1, 1, material), Row("a", 1));
        await ChangeAsync(1, Version(2, 2, material));
        await ChangeAsync(2, Version(1, 3, []));
        var feed = await Store.ReadFeedAsync(0, 10, default);
        Assert.Equal([1L, 2L, 3L], feed.Select(f => f.Seq));
        Assert.Equal("a", Assert.Single(feed[0].Rows).Cells[0].Text);
        Assert.Equal(material, Assert.Single(feed[1].Rows).Cells[Tables.KeyVersion.MaterialColumn].Bytes);
        Assert.Empty(Assert.Single(feed[2].Rows).Cells[Tables.KeyVersion.MaterialColumn].Bytes!);
    }

    private protected static Row Version(int number, long seq, byte[] material) => new(Tables.KeyVersion,
    [
        .. Tables.KeyVersion.Columns.Select((column, i) =>
            column.Name == "number" ? number
            : i == Tables.KeyVersion.MaterialColumn ? material
            : Sample(column)),
    ], seq, new byte[32]);

    private static Cell Sample(Column column) => column switch
    {
        { Nullable: true } => Cell.Null,
        { Type: ColumnType.Text } => "text ü",
        { Type: ColumnType.Integer } => long.MaxValue,
        _ => new byte[] { 0, 255, 7 },
    };

    private protected async Task ChangeAsync(long applied, params Row[] rows) =>
        await Store.ChangeAsync(applied, (counter, _) => [Change(counter.Seq + 1, rows)], default);

    private static Change Change(long seq, params Row[] rows)
    {
        var id = RandomNumberGenerator.GetBytes(16);
        return new Change(new FeedEntry(seq, id, rows), [1, 2, 3], new OutboxEntry(id, seq, "node-1", [4, 5, 6]));
    }

    private static Row Row(string id, long seq, string account = "000000000001") =>
        new(Tables.Project, [id, account, 5L, new byte[16], Cell.Null, 0L], seq, new byte[32]);
}
