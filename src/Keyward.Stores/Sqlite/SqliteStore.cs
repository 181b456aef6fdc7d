using System.Security.Cryptography;
using Keyward.Vault.Storage;
using Microsoft.Data.Sqlite;

namespace Keyward.Stores.Sqlite;

/// <summary>The embedded store: one file, write-ahead log, every commit flushed. One lane writes; reads take
/// connections
/// of their own. Work runs on the thread pool, off the caller's thread, since SQLite blocks.</summary>
internal sealed class SqliteStore(string path) : IStore
{
    /// <summary>Changes kept in the feed: for nodes that follow, and as evidence of what an altered row was.</summary>
    private const int FeedKept = 10_000;

    private const int BusyTimeoutSeconds = 10;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly SemaphoreSlim _lane = new(1, 1);
    private Writer? _writer;
    private bool _disposed;

    public async ValueTask OpenAsync(CancellationToken cancellation)
    {
        PrepareFile();
        await OnLaneAsync(writer =>
        {
            Migrations.Apply(writer.Connection);
            writer.MakeCounter(RandomNumberGenerator.GetBytes(16));
            return true;
        }, cancellation).ConfigureAwait(false);
    }

    public ValueTask<StoredState> LoadAsync(CancellationToken cancellation) => ReadAsync((connection, transaction) =>
    {
        var rows = new PackedRows();
        foreach (var table in Tables.All) RowStatements.Load(connection, transaction, table, rows.Add);
        return new StoredState(Writer.ReadCounter(connection, transaction), rows);
    }, cancellation);

    public async ValueTask ChangeAsync(long appliedSeq, Judgement judge, CancellationToken cancellation) =>
        await OnLaneAsync(writer =>
        {
            writer.Change(appliedSeq, judge, FeedKept);
            return true;
        }, cancellation).ConfigureAwait(false);

    public ValueTask<IReadOnlyList<FeedEntry>> ReadFeedAsync(long afterSeq, int limit,
        CancellationToken cancellation) =>
        ReadAsync((connection, transaction) => Writer.ReadFeed(connection, transaction, afterSeq, limit), cancellation);

    public ValueTask<IReadOnlyList<OutboxEntry>> ReadOutboxAsync(CancellationToken cancellation) =>
        ReadAsync(Copying.Outbox, cancellation);

    public async ValueTask ClearOutboxAsync(IReadOnlyList<byte[]> recordIds, CancellationToken cancellation) =>
        await OnLaneAsync(writer =>
        {
            writer.ClearOutbox(recordIds);
            return true;
        }, cancellation).ConfigureAwait(false);

    public async ValueTask PutCheckpointAsync(StoredCheckpoint checkpoint, CancellationToken cancellation) =>
        await OnLaneAsync(writer =>
        {
            CheckpointRows.Put(writer.Connection, checkpoint);
            return true;
        }, cancellation).ConfigureAwait(false);

    public ValueTask<IReadOnlyList<StoredCheckpoint>> ReadCheckpointsAsync(CancellationToken cancellation) =>
        ReadAsync(CheckpointRows.Read, cancellation);

    public ValueTask<StoreCopy> CopyAsync(CancellationToken cancellation) => ReadAsync(Copying.Read, cancellation);

    public ValueTask<bool> FillAsync(StoreCopy copy, bool replace, CancellationToken cancellation) =>
        OnLaneAsync(writer => Copying.Fill(writer.Connection, copy, replace), cancellation);

    public async ValueTask ScrubAsync(CancellationToken cancellation) => await OnLaneAsync(writer =>
    {
        writer.Checkpoint();
        return true;
    }, cancellation).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _lane.WaitAsync().ConfigureAwait(false);
        _writer?.Dispose();
        _writer = null;
        _lane.Dispose();
    }

    /// <summary>The file is made before SQLite makes it, so that it never has another mode.</summary>
    private void PrepareFile()
    {
        if (!File.Exists(path))
        {
            using var made = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly,
            });
        }
        else if ((File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
        {
            throw new StoreUnavailableException(
                $"The store {path} can be read by others. Make it yours alone: chmod 600 {path}");
        }
    }

    private async ValueTask<T> OnLaneAsync<T>(Func<Writer, T> work, CancellationToken cancellation)
    {
        await _lane.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(() =>
            {
                try
                {
                    return work(_writer ??= new Writer(Connect()));
                }
                catch (SqliteException failure)
                {
                    // After a failed write the connection's state is not known: the next change begins with a new one.
                    _writer?.Dispose();
                    _writer = null;
                    throw new StoreUnavailableException(
                        $"The store {path} refuses: {failure.Message} (SQLite {failure.SqliteExtendedErrorCode})",
                            failure);
                }
            }, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _lane.Release();
        }
    }

    private async ValueTask<T> ReadAsync<T>(
        Func<SqliteConnection, SqliteTransaction, T> read, CancellationToken cancellation) => await Task.Run(() =>
        {
            try
            {
                using var connection = Connect();
                using var transaction = connection.BeginTransaction(deferred: true);
                return read(connection, transaction);
            }
            catch (SqliteException failure)
            {
                throw new StoreUnavailableException($"The store {path} cannot be read: {failure.Message}", failure);
            }
        }, cancellation).ConfigureAwait(false);

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = BusyTimeoutSeconds,
        }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        // FULL: a commit is on disk when it returns. secure_delete: what is overwritten is zeroed in the file.
        command.CommandText =
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; " +
            "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;";
        command.ExecuteNonQuery();
        return connection;
    }
}
