using System.Globalization;
using Keyward.Vault.Storage;
using Npgsql;

namespace Keyward.Stores.Postgres;

/// <summary>Brings the schema to what this program knows: numbered SQL files, forward only, each in one transaction.
/// Several nodes may start at once: one makes the version table, and its locked row orders all else. CREATE TABLE IF
/// NOT EXISTS is not safe against itself, so losing that race is expected and tried again.</summary>
internal static class Migrations
{
    private const string Prefix = "Keyward.Stores.Postgres.Migrations.";

    /// <summary>An ALTER that waits behind a long query makes every later statement on that table wait as well, lease
    /// renewals included: it gives up early instead.</summary>
    private const string LockTimeout = "SET LOCAL lock_timeout = '2s'";

    public static int Newest => All().Max(m => m.Number);

    public static async Task ApplyAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await MakeVersionAsync(source, cancellation).ConfigureAwait(false);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await ApplyMissingAsync(source, cancellation).ConfigureAwait(false);
                return;
            }
            catch (PostgresException failure) when (
                Failures.IsWorthRetrying(failure) && attempt < Failures.MaximumTries)
            {
                await Task.Delay(Failures.Pause(attempt), cancellation).ConfigureAwait(false);
            }
        }
    }

    private static async Task MakeVersionAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var command = source.CreateCommand(
                    "CREATE TABLE IF NOT EXISTS schema_version (only_row BIGINT PRIMARY KEY CHECK (only_row = 1), " +
                    "number BIGINT NOT NULL)");
                await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
                await using var row = source.CreateCommand(
                    "INSERT INTO schema_version (only_row, number) VALUES (1, 0) ON CONFLICT DO NOTHING");
                await row.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
                return;
            }
            catch (PostgresException failure) when (
                failure.SqlState is "23505" or "42P07" or "42710" or "40001" && attempt < Failures.MaximumTries)
            {
                await Task.Delay(Failures.Pause(attempt), cancellation).ConfigureAwait(false);
            }
        }
    }

    private static async Task ApplyMissingAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        var current = (long)(await ScalarAsync(connection, transaction,
            "SELECT number FROM schema_version WHERE only_row = 1 FOR UPDATE", cancellation).ConfigureAwait(false))!;
        if (current > Newest)
            throw new StoreUnavailableException(
                $"The store has schema {current}, this program knows {Newest}: use a newer Keyward.");
        var missing = All().Where(m => m.Number > current).OrderBy(m => m.Number).ToList();
        if (missing.Count == 0) return;
        await ExecuteAsync(connection, transaction, LockTimeout, cancellation).ConfigureAwait(false);
        foreach (var (number, sql) in missing)
        {
            await ExecuteAsync(connection, transaction, sql, cancellation).ConfigureAwait(false);
            await ExecuteAsync(connection, transaction, string.Create(CultureInfo.InvariantCulture,
                $"UPDATE schema_version SET number = {number} WHERE only_row = 1"), cancellation).ConfigureAwait(false);
        }

        await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private static IEnumerable<(int Number, string Sql)> All()
    {
        var assembly = typeof(Migrations).Assembly;
        foreach (var name in assembly.GetManifestResourceNames())
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (int.Parse(name.AsSpan(Prefix.Length, 4), CultureInfo.InvariantCulture), reader.ReadToEnd());
        }
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, NpgsqlTransaction transaction,
        string sql, CancellationToken cancellation)
    {
        await using var command = Command(connection, transaction, sql);
        return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql,
        CancellationToken cancellation)
    {
        await using var command = Command(connection, transaction, sql);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

#pragma warning disable CA2100 // The text is a migration of this program.
    private static NpgsqlCommand Command(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql) =>
        new(sql, connection, transaction);
#pragma warning restore CA2100
}
