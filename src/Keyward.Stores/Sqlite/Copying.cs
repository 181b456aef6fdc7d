using Keyward.Vault.Storage;
using Microsoft.Data.Sqlite;

namespace Keyward.Stores.Sqlite;

/// <summary>A whole store out of a file, and into one.</summary>
internal static class Copying
{
    public static StoreCopy Read(SqliteConnection connection, SqliteTransaction transaction)
    {
        var rows = new List<Row>();
        foreach (var table in Tables.All) RowStatements.Load(connection, transaction, table, rows.Add);
        return new StoreCopy(Writer.ReadCounter(connection, transaction), rows, Outbox(connection, transaction),
            CheckpointRows.Read(connection, transaction));
    }

    public static IReadOnlyList<OutboxEntry> Outbox(SqliteConnection connection, SqliteTransaction transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT record_id, seq, node, record FROM outbox ORDER BY seq";
        using var reader = command.ExecuteReader();
        var entries = new List<OutboxEntry>();
        while (reader.Read())
            entries.Add(new OutboxEntry(
                reader.GetFieldValue<byte[]>(0), reader.GetInt64(1), reader.GetString(2),
                reader.GetFieldValue<byte[]>(3)));
        return entries;
    }

    public static bool Fill(SqliteConnection connection, StoreCopy copy, bool replace)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        if (Writer.ReadCounter(connection, transaction).Seq > 0 && !replace) return false;
        foreach (var table in (string[])[.. Tables.All.Select(t => t.Name), "feed", "outbox", "audit_checkpoint"])
            Execute(connection, transaction, $"DELETE FROM {table}");
        foreach (var group in copy.Rows.GroupBy(r => r.Table))
        {
            using var upsert = RowStatements.Upsert(connection, group.Key);
            upsert.Transaction = transaction;
            foreach (var row in group)
            {
                RowStatements.Bind(upsert, row);
                upsert.ExecuteNonQuery();
            }
        }

        foreach (var entry in copy.Outbox)
            Execute(connection, transaction,
                "INSERT INTO outbox (record_id, seq, node, record) VALUES ($1, $2, $3, $4)",
                entry.RecordId, entry.Seq, entry.Node, entry.Record);
        foreach (var checkpoint in copy.Checkpoints)
            Execute(connection, transaction,
                "INSERT INTO audit_checkpoint (origin, size, note, time) VALUES ($1, $2, $3, $4)",
                checkpoint.Origin, checkpoint.Size, checkpoint.Note, Micros.Of(checkpoint.Time));
        Execute(connection, transaction,
            "UPDATE counter SET seq = $1, sealed_sum = $2, incarnation = $3 WHERE only = 1",
            copy.Counter.Seq, copy.Counter.SealedSum, copy.Counter.Incarnation);
        transaction.Commit();
        return true;
    }

    private static void Execute(
        SqliteConnection connection, SqliteTransaction transaction, string sql, params ReadOnlySpan<object> values)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Statements are literals of this program.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"${i + 1}", values[i]);
        command.ExecuteNonQuery();
    }
}
