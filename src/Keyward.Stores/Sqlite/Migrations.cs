using System.Globalization;
using Keyward.Vault.Storage;
using Microsoft.Data.Sqlite;

namespace Keyward.Stores.Sqlite;

/// <summary>Brings the schema to what this program knows: numbered SQL files, forward only, each in one transaction. A
/// newer schema is refused before anything is written.</summary>
internal static class Migrations
{
    private const string Prefix = "Keyward.Stores.Sqlite.Migrations.";

    public static int Newest => All().Max(m => m.Number);

    public static void Apply(SqliteConnection connection)
    {
        Execute(connection, null,
            "CREATE TABLE IF NOT EXISTS schema_version (number INTEGER PRIMARY KEY) WITHOUT ROWID");
        var current = Current(connection);
        if (current > Newest)
            throw new StoreUnavailableException(
                $"The store has schema {current}, this program knows {Newest}: use a newer Keyward.");
        foreach (var (number, sql) in All().Where(m => m.Number > current).OrderBy(m => m.Number))
        {
            using var transaction = connection.BeginTransaction();
            Execute(connection, transaction, sql);
            Execute(connection, transaction, string.Create(
                CultureInfo.InvariantCulture, $"INSERT INTO schema_version (number) VALUES ({number})"));
            transaction.Commit();
        }
    }

    private static long Current(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT coalesce(max(number), 0) FROM schema_version";
        return (long)command.ExecuteScalar()!;
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

    private static void Execute(SqliteConnection connection, SqliteTransaction? transaction, string sql)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The text is a migration of this program.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
