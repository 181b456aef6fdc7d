using Keyward.Vault.Storage;
using Microsoft.Data.Sqlite;

namespace Keyward.Stores.Sqlite;

/// <summary>Holds the store's lock for writing, as a stuck backup program would: changes wait, then are refused;
/// reading goes on. Nothing is written. Released by its end, or by the end of the process.</summary>
internal sealed class StoreLock : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteTransaction _transaction;

    private StoreLock(SqliteConnection connection, SqliteTransaction transaction) =>
        (_connection, _transaction) = (connection, transaction);

    public static StoreLock Take(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false,
        }.ToString());
        try
        {
            connection.Open();
            return new StoreLock(connection, connection.BeginTransaction(deferred: false));
        }
        catch (SqliteException failure)
        {
            connection.Dispose();
            throw new StoreUnavailableException($"The store {path} cannot be locked: {failure.Message}", failure);
        }
    }

    public void Dispose()
    {
        _transaction.Dispose();
        _connection.Dispose();
    }
}
