using Keyward.Vault.Audit;
using Keyward.Vault.Storage;
using Npgsql;

namespace Keyward.Stores.Postgres;

/// <summary>The logs' checkpoints. They are no changes: they take no number and no lock, and are only ever
/// added.</summary>
internal static class CheckpointRows
{
    public static async Task PutAsync(
        NpgsqlDataSource source, StoredCheckpoint checkpoint, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            "INSERT INTO audit_checkpoint (origin, size, note, time) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING");
        command.Parameters.AddWithValue(checkpoint.Origin);
        command.Parameters.AddWithValue(checkpoint.Size);
        command.Parameters.AddWithValue(checkpoint.Note);
        command.Parameters.AddWithValue(Micros.Of(checkpoint.Time));
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    public static NpgsqlBatchCommand Insert(StoredCheckpoint checkpoint) => Lane.Statement(
        "INSERT INTO audit_checkpoint (origin, size, note, time) VALUES ($1, $2, $3, $4)",
        checkpoint.Origin, checkpoint.Size, checkpoint.Note, Micros.Of(checkpoint.Time));

    public static async Task<IReadOnlyList<StoredCheckpoint>> ReadAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT origin, size, note, time FROM audit_checkpoint c WHERE size = " +
            "(SELECT max(size) FROM audit_checkpoint o WHERE o.origin = c.origin) ORDER BY origin",
            connection, transaction);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var checkpoints = new List<StoredCheckpoint>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            checkpoints.Add(new StoredCheckpoint(reader.GetString(0), reader.GetInt64(1),
                reader.GetFieldValue<byte[]>(2), Micros.Time(reader.GetInt64(3))));
        return checkpoints;
    }
}
