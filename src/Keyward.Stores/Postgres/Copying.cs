using Keyward.Vault.Storage;
using Npgsql;

namespace Keyward.Stores.Postgres;

/// <summary>A whole store out of a database, and into one.</summary>
internal static class Copying
{
    /// <summary>Statements that go out together: a round trip for each row would take minutes.</summary>
    private const int BatchSize = 500;

    public static async Task<StoreCopy> ReadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        var counter = await Lane.ReadCounterAsync(connection, transaction, locked: false, cancellation)
            .ConfigureAwait(false);
        var rows = new List<Row>();
        foreach (var table in Tables.All)
            await RowStatements.LoadAsync(connection, transaction, table, rows.Add, cancellation).ConfigureAwait(false);
        return new StoreCopy(counter, rows,
            await OutboxAsync(connection, transaction, cancellation).ConfigureAwait(false),
            await CheckpointRows.ReadAsync(connection, transaction, cancellation).ConfigureAwait(false));
    }

    public static async Task<IReadOnlyList<OutboxEntry>> OutboxAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT record_id, seq, node, record FROM outbox ORDER BY seq", connection, transaction);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var entries = new List<OutboxEntry>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            entries.Add(new OutboxEntry(reader.GetFieldValue<byte[]>(0), reader.GetInt64(1), reader.GetString(2),
                reader.GetFieldValue<byte[]>(3)));
        return entries;
    }

    public static async Task<bool> FillAsync(NpgsqlConnection connection, NpgsqlTransaction transaction,
        StoreCopy copy, bool replace, CancellationToken cancellation)
    {
        var counter = await Lane.ReadCounterAsync(connection, transaction, locked: true, cancellation)
            .ConfigureAwait(false);
        if (counter.Seq > 0 && !replace) return false;
        // Of the nodes none runs; their rows, and what they vouched for, speak of a store that is gone.
        string[] tables = [.. Tables.All.Select(t => t.Name), "feed", "outbox", "audit_checkpoint", "node", "vouching"];
        var statements = tables.Select(t => Lane.Statement($"DELETE FROM {t}"))
            .Concat(copy.Rows.Select(RowStatements.Upsert))
            .Concat(copy.Outbox.Select(e => Lane.Statement(
                "INSERT INTO outbox (record_id, seq, node, record) VALUES ($1, $2, $3, $4)",
                e.RecordId, e.Seq, e.Node, e.Record)))
            .Concat(copy.Checkpoints.Select(CheckpointRows.Insert))
            .Append(Lane.Statement("UPDATE counter SET seq = $1, sealed_sum = $2, incarnation = $3 WHERE only_row = 1",
                copy.Counter.Seq, copy.Counter.SealedSum, copy.Counter.Incarnation));
        foreach (var chunk in statements.Chunk(BatchSize))
        {
            await using var batch = new NpgsqlBatch(connection, transaction);
            foreach (var statement in chunk) batch.BatchCommands.Add(statement);
            await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }

        return true;
    }
}
