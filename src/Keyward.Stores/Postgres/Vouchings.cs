using Keyward.Vault.Cluster;
using Npgsql;

namespace Keyward.Stores.Postgres;

/// <summary>What logs ask of other nodes, and the answers. Neither change nor state: no number, no lock.</summary>
internal sealed partial class PostgresStore
{
    private const string VouchingColumns = "SELECT origin, witness, request, is_open, known, cosigned FROM vouching ";

    public ValueTask AskAsync(IReadOnlyList<Vouching> asked, CancellationToken cancellation) => WriteAsync(
        asked.Select(a => Lane.Statement(
            "INSERT INTO vouching (origin, witness, request, is_open) VALUES ($1, $2, $3, 1) " +
            "ON CONFLICT (origin, witness) DO UPDATE SET request = excluded.request, is_open = 1, known = NULL",
            a.Origin, a.Witness, a.Request)).Concat(asked.Select(a => a.Origin).Distinct().Select(origin =>
            Lane.Statement("DELETE FROM vouching WHERE origin = $1 AND NOT EXISTS " +
                "(SELECT 1 FROM node WHERE node.id = vouching.witness)", origin))), cancellation);

    public ValueTask AnswerAsync(Vouching answered, CancellationToken cancellation) => WriteAsync([Lane.Statement(
        "UPDATE vouching SET is_open = 0, known = $4, cosigned = $5 " +
        "WHERE origin = $1 AND witness = $2 AND request = $3",
        answered.Origin, answered.Witness, answered.Request, answered.Known ?? (object)DBNull.Value,
        answered.Cosigned)], cancellation);

    /// <summary>A message that is lost is sent again: no standby is waited for, nor a disk.</summary>
    private async ValueTask WriteAsync(IEnumerable<NpgsqlBatchCommand> statements, CancellationToken cancellation) =>
        await TryAsync(async () =>
        {
            await using var connection = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = Lane.TimeoutSeconds };
            batch.BatchCommands.Add(Lane.Statement("SET LOCAL synchronous_commit = off"));
            foreach (var statement in statements) batch.BatchCommands.Add(statement);
            await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            await transaction.CommitAsync(cancellation).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);

    public ValueTask<IReadOnlyList<Vouching>> ReadAskedAsync(string witness, CancellationToken cancellation) =>
        ReadVouchingsAsync(VouchingColumns + "WHERE witness = $1 AND is_open = 1", witness, cancellation);

    public ValueTask<IReadOnlyList<Vouching>> ReadVouchingsAsync(string? origin, CancellationToken cancellation) =>
        ReadVouchingsAsync(VouchingColumns + (origin is null ? "ORDER BY origin, witness"
            : "WHERE origin = $1 ORDER BY witness"), origin, cancellation);

    private async ValueTask<IReadOnlyList<Vouching>> ReadVouchingsAsync(
        string sql, string? value, CancellationToken cancellation) => await TryAsync<IReadOnlyList<Vouching>>(
        async () =>
        {
#pragma warning disable CA2100 // Statements are literals of this program.
            await using var command = _source.CreateCommand(sql);
#pragma warning restore CA2100
            if (value is not null) command.Parameters.AddWithValue(value);
            await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            var found = new List<Vouching>();
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                found.Add(new Vouching(reader.GetString(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2))
                {
                    IsOpen = reader.GetInt64(3) != 0,
                    Known = await reader.IsDBNullAsync(4, cancellation).ConfigureAwait(false)
                        ? null : reader.GetInt64(4),
                    Cosigned = reader.GetFieldValue<byte[]>(5),
                });
            return found;
        }).ConfigureAwait(false);
}
