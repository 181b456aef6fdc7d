using Keyward.Vault.Storage;
using Microsoft.Data.Sqlite;

namespace Keyward.Stores.Sqlite;

/// <summary>The logs' checkpoints.</summary>
internal static class CheckpointRows
{
    /// <summary>The newest one tells whether a log was put back; some before it are evidence of when.</summary>
    private const int KeptOfEachLog = 1_000;

    public static void Put(SqliteConnection connection, StoredCheckpoint checkpoint)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            INSERT OR IGNORE INTO audit_checkpoint (origin, size, note, time) VALUES ($origin, $size, $note, $time);
            DELETE FROM audit_checkpoint WHERE origin = $origin AND size <= (
                SELECT size FROM audit_checkpoint WHERE origin = $origin ORDER BY size DESC LIMIT 1 OFFSET $kept);
            """;
        command.Parameters.AddWithValue("$origin", checkpoint.Origin);
        command.Parameters.AddWithValue("$size", checkpoint.Size);
        command.Parameters.AddWithValue("$note", checkpoint.Note);
        command.Parameters.AddWithValue("$time", Micros.Of(checkpoint.Time));
        command.Parameters.AddWithValue("$kept", KeptOfEachLog);
        command.ExecuteNonQuery();
        transaction.Commit();
    }

    public static IReadOnlyList<StoredCheckpoint> Read(SqliteConnection connection, SqliteTransaction transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            SELECT origin, size, note, time FROM audit_checkpoint AS newest
            WHERE size = (SELECT MAX(size) FROM audit_checkpoint WHERE origin = newest.origin)
            """;
        using var reader = command.ExecuteReader();
        var found = new List<StoredCheckpoint>();
        while (reader.Read())
            found.Add(new StoredCheckpoint(reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2),
                Micros.Time(reader.GetInt64(3))));
        return found;
    }
}
