using System.Security.Cryptography;
using Keyward.Vault.Storage;
using Npgsql;

namespace Keyward.Stores.Postgres;

/// <summary>One transaction of changes, as the database sees it: the counter's row is locked first, always, so that
/// changes of all nodes stand in one order without deadlocks; what was missed is read, the judgement decides, and its
/// rows are written and committed.</summary>
internal static class Lane
{
    /// <summary>Announces a change to the nodes that listen. The payload is a hint, never data.</summary>
    public const string Channel = "keyward_change";

    /// <summary>Of each statement; the lane's connections have none by themselves, for the commit's sake.</summary>
    public const int TimeoutSeconds = 30;

    public static async Task<Counter> ReadCounterAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction,
        bool locked, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        batch.BatchCommands.Add(new NpgsqlBatchCommand(locked
            ? "SELECT seq, sealed_sum, incarnation FROM counter WHERE only_row = 1 FOR UPDATE"
            : "SELECT seq, sealed_sum, incarnation FROM counter WHERE only_row = 1"));
        // A statement of its own: it sees what was committed while the first one waited for the lock.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT term FROM leader WHERE name = 'jobs'"));
        await using var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellation).ConfigureAwait(false))
            throw new StoreUnavailableException("The store has lost its counter row.");
        var counter = new Counter(
            reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<byte[]>(2));
        await reader.NextResultAsync(cancellation).ConfigureAwait(false);
        return await reader.ReadAsync(cancellation).ConfigureAwait(false)
            ? counter with { LeaderTerm = reader.GetInt64(0) } : counter;
    }

    public static async Task MakeCounterAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            "INSERT INTO counter (only_row, seq, sealed_sum, incarnation) VALUES (1, 0, ''::bytea, $1) " +
            "ON CONFLICT DO NOTHING");
        command.Parameters.AddWithValue(RandomNumberGenerator.GetBytes(16));
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    public static async Task<IReadOnlyList<FeedEntry>> ReadFeedAsync(NpgsqlConnection connection,
        NpgsqlTransaction? transaction, long afterSeq, int limit, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT seq, op, changes FROM feed WHERE seq > $1 ORDER BY seq LIMIT $2", connection, transaction)
        {
            CommandTimeout = TimeoutSeconds,
        };
        command.Parameters.AddWithValue(afterSeq);
        command.Parameters.AddWithValue((long)limit);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var entries = new List<FeedEntry>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            entries.Add(new FeedEntry(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1),
                RowCodec.Decode(reader.GetFieldValue<byte[]>(2))));
        return entries;
    }

    public static async Task WriteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction,
        IReadOnlyList<Change> changes, int feedKept, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        foreach (var change in changes)
        {
            foreach (var row in change.Entry.Rows) batch.BatchCommands.Add(RowStatements.Upsert(row));
            batch.BatchCommands.Add(Statement("INSERT INTO feed (seq, op, changes) VALUES ($1, $2, $3)",
                change.Entry.Seq, change.Entry.OperationId, RowCodec.Encode(change.Entry.Rows)));
            batch.BatchCommands.Add(Statement(
                "INSERT INTO outbox (record_id, seq, node, record) VALUES ($1, $2, $3, $4)",
                change.Outbox.RecordId, change.Outbox.Seq, change.Outbox.Node, change.Outbox.Record));
        }

        var last = changes[^1];
        batch.BatchCommands.Add(Statement("UPDATE counter SET seq = $1, sealed_sum = $2 WHERE only_row = 1",
            last.Entry.Seq, last.SealedSum));
        batch.BatchCommands.Add(Statement("DELETE FROM feed WHERE seq <= $1", last.Entry.Seq - feedKept));
        await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        await ForgetAsync(connection, transaction, Erasure.ErasedBy(changes), cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes copies of rows whose material was erased out of the feed.</summary>
    private static async Task ForgetAsync(NpgsqlConnection connection, NpgsqlTransaction transaction,
        IReadOnlyDictionary<string, long> erased, CancellationToken cancellation)
    {
        if (erased.Count == 0) return;
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        foreach (var entry in await ReadFeedAsync(connection, transaction, 0, int.MaxValue, cancellation)
            .ConfigureAwait(false))
        {
            if (Erasure.Without(entry.Rows, erased) is not { } kept) continue;
            batch.BatchCommands.Add(Statement(
                "UPDATE feed SET changes = $1 WHERE seq = $2", RowCodec.Encode(kept), entry.Seq));
        }

        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>A separate statement: engines without NOTIFY refuse it before anything is committed, and then nodes
    /// look for changes by themselves.</summary>
    public static async Task AnnounceAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, long seq,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT pg_notify($1, $2)", connection, transaction)
        {
            CommandTimeout = TimeoutSeconds,
        };
        command.Parameters.AddWithValue(Channel);
        command.Parameters.AddWithValue(seq.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    public static NpgsqlBatchCommand Statement(string sql, params ReadOnlySpan<object> values)
    {
#pragma warning disable CA2100 // Statements are literals of this program.
        var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
