using Keyward.Vault.Storage;
using Microsoft.Data.Sqlite;

namespace Keyward.Stores.Sqlite;

/// <summary>The one connection that writes, with its prepared statements. Used by one thread at a time.</summary>
internal sealed class Writer(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _upserts = new(StringComparer.Ordinal);

    public SqliteConnection Connection { get; } = connection;

    public void MakeCounter(byte[] incarnation)
    {
        using var command = Connection.CreateCommand();
        command.CommandText =
            "INSERT OR IGNORE INTO counter (only, seq, sealed_sum, incarnation) VALUES (1, 0, x'', $incarnation)";
        command.Parameters.AddWithValue("$incarnation", incarnation);
        command.ExecuteNonQuery();
    }

    public void Change(long appliedSeq, Judgement judge, int feedKept)
    {
        using var transaction = Connection.BeginTransaction(deferred: false);
        var counter = ReadCounter(Connection, transaction);
        var missed = counter.Seq > appliedSeq
            ? ReadFeed(Connection, transaction, appliedSeq, int.MaxValue)
            : [];
        var changes = judge(counter, missed);
        if (changes.Count == 0) return;
        foreach (var change in changes) Write(change, transaction);
        Forget(Erasure.ErasedBy(changes), transaction);
        var last = changes[^1];
        using var command = Connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText =
            "UPDATE counter SET seq = $seq, sealed_sum = $sum WHERE only = 1; DELETE FROM feed WHERE seq <= $old;";
        command.Parameters.AddWithValue("$seq", last.Entry.Seq);
        command.Parameters.AddWithValue("$sum", last.SealedSum);
        command.Parameters.AddWithValue("$old", last.Entry.Seq - feedKept);
        command.ExecuteNonQuery();
        transaction.Commit();
    }

    public void ClearOutbox(IReadOnlyList<byte[]> recordIds)
    {
        using var transaction = Connection.BeginTransaction(deferred: false);
        using var command = Connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "DELETE FROM outbox WHERE record_id = $id";
        var id = command.Parameters.Add("$id", SqliteType.Blob);
        foreach (var recordId in recordIds)
        {
            id.Value = recordId;
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    public void Checkpoint()
    {
        using var command = Connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        using var reader = command.ExecuteReader();
        // The first column is 1 where a reader held old pages all the while: then they are still in the file.
        if (reader.Read() && reader.GetInt64(0) != 0)
            throw new StoreUnavailableException("The store's write-ahead log is in use and was not emptied.");
    }

    public static Counter ReadCounter(SqliteConnection connection, SqliteTransaction transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT seq, sealed_sum, incarnation FROM counter WHERE only = 1";
        using var reader = command.ExecuteReader();
        if (!reader.Read()) throw new StoreUnavailableException("The store has lost its counter row.");
        return new Counter(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<byte[]>(2));
    }

    public static IReadOnlyList<FeedEntry> ReadFeed(
        SqliteConnection connection, SqliteTransaction transaction, long afterSeq, int limit)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT seq, op, changes FROM feed WHERE seq > $after ORDER BY seq LIMIT $limit";
        command.Parameters.AddWithValue("$after", afterSeq);
        command.Parameters.AddWithValue("$limit", limit);
        using var reader = command.ExecuteReader();
        var entries = new List<FeedEntry>();
        while (reader.Read())
            entries.Add(new FeedEntry(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1),
                RowCodec.Decode(reader.GetFieldValue<byte[]>(2))));
        return entries;
    }

    public void Dispose()
    {
        foreach (var command in _upserts.Values) command.Dispose();
        Connection.Dispose();
    }

    /// <summary>Takes copies of rows whose material was erased out of the feed.</summary>
    private void Forget(IReadOnlyDictionary<string, long> erased, SqliteTransaction transaction)
    {
        if (erased.Count == 0) return;
        using var command = Connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "UPDATE feed SET changes = $changes WHERE seq = $seq";
        var changes = command.Parameters.Add("$changes", SqliteType.Blob);
        var seq = command.Parameters.Add("$seq", SqliteType.Integer);
        foreach (var entry in ReadFeed(Connection, transaction, 0, int.MaxValue))
        {
            if (Erasure.Without(entry.Rows, erased) is not { } kept) continue;
            (changes.Value, seq.Value) = (RowCodec.Encode(kept), entry.Seq);
            command.ExecuteNonQuery();
        }
    }

    private void Write(Change change, SqliteTransaction transaction)
    {
        foreach (var row in change.Entry.Rows)
        {
            if (!_upserts.TryGetValue(row.Table.Name, out var upsert))
                _upserts[row.Table.Name] = upsert = RowStatements.Upsert(Connection, row.Table);
            upsert.Transaction = transaction;
            RowStatements.Bind(upsert, row);
            upsert.ExecuteNonQuery();
        }

        using var command = Connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText =
            "INSERT INTO feed (seq, op, changes) VALUES ($seq, $op, $changes);" +
            "INSERT INTO outbox (record_id, seq, node, record) VALUES ($id, $seq, $node, $record);";
        command.Parameters.AddWithValue("$seq", change.Entry.Seq);
        command.Parameters.AddWithValue("$op", change.Entry.OperationId);
        command.Parameters.AddWithValue("$changes", RowCodec.Encode(change.Entry.Rows));
        command.Parameters.AddWithValue("$id", change.Outbox.RecordId);
        command.Parameters.AddWithValue("$node", change.Outbox.Node);
        command.Parameters.AddWithValue("$record", change.Outbox.Record);
        command.ExecuteNonQuery();
    }
}
