using System.Data;
using Keyward.Vault.Storage;
using Npgsql;

namespace Keyward.Stores.Postgres;

/// <summary>The shared store: PostgreSQL 14 or later, several nodes. Plain tables, FOR UPDATE and ON CONFLICT, nothing
/// that compatible engines lack. One lane a node writes; all nodes' lanes meet at the counter's row.</summary>
internal sealed partial class PostgresStore : IStore
{
    /// <summary>Changes kept in the feed: for nodes that follow, and as evidence of what an altered row was.</summary>
    private const int FeedKept = 100_000;

    /// <summary>How long the fate of a commit whose answer was lost is looked into.</summary>
    private static readonly TimeSpan ResolveFor = TimeSpan.FromSeconds(10);

    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlDataSource _laneSource;
    private readonly SemaphoreSlim _lane = new(1, 1);
    private readonly TimeProvider _time;
    private readonly Outage _outage;
    private bool _disposed;

    public PostgresStore(NpgsqlConnectionStringBuilder settings, TimeProvider? time = null)
    {
        (_settings, _time) = (settings, time ?? TimeProvider.System);
        _outage = new Outage(_time);
        _source = NpgsqlDataSource.Create(ConnectionSettings.ForWork(settings));
        _laneSource = NpgsqlDataSource.Create(ConnectionSettings.ForLane(settings));
        _leaseSource = NpgsqlDataSource.Create(ConnectionSettings.ForLease(settings));
    }

    public async ValueTask OpenAsync(CancellationToken cancellation)
    {
        try
        {
            await PrepareAsync(cancellation).ConfigureAwait(false);
        }
        catch (StoreUnavailableException refused) when (Failures.IsOfCertificate(refused.InnerException))
        {
            var fault = await ServerCertificate.FindFaultAsync(_settings, cancellation).ConfigureAwait(false);
            throw new StoreUnavailableException(fault ?? refused.Message, refused.InnerException!);
        }
    }

    private async ValueTask PrepareAsync(CancellationToken cancellation) => await TryAsync(async () =>
    {
        await DemandPrimaryAsync(cancellation).ConfigureAwait(false);
        await Migrations.ApplyAsync(_source, cancellation).ConfigureAwait(false);
        await Lane.MakeCounterAsync(_source, cancellation).ConfigureAwait(false);
        await MakeTermsAsync(cancellation).ConfigureAwait(false);
        await using var moved = _source.CreateCommand("SELECT moved FROM lease WHERE only_row = 1");
        if (await moved.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is not 0L)
            throw new StoreUnavailableException("This database's deployment was moved to another store, and goes on " +
                "there (keyward store move). Nothing is served from here, and nothing moved here again: give an " +
                "empty database.");
        return true;
    }).ConfigureAwait(false);

    public async ValueTask<StoredState> LoadAsync(CancellationToken cancellation) => await TryAsync(async () =>
    {
        await using var connection = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using var transaction = await connection
            .BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation).ConfigureAwait(false);
        var counter = await Lane.ReadCounterAsync(connection, transaction, locked: false, cancellation)
            .ConfigureAwait(false);
        var rows = new PackedRows();
        foreach (var table in Tables.All)
            await RowStatements.LoadAsync(connection, transaction, table, rows.Add, cancellation).ConfigureAwait(false);
        return new StoredState(counter, rows);
    }).ConfigureAwait(false);

    public async ValueTask ChangeAsync(long appliedSeq, Judgement judge, CancellationToken cancellation)
    {
        await _lane.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                var begun = _time.GetTimestamp();
                try
                {
                    await ChangeOnceAsync(appliedSeq, judge, cancellation).ConfigureAwait(false);
                    _outage.End();
                    return;
                }
                catch (Exception failure) when (Failures.IsAway(failure) && _outage.IsYoung(begun))
                {
                    await Task.Delay(Failures.AwayPause, cancellation).ConfigureAwait(false);
                }
                catch (PostgresException failure) when (
                    Failures.IsWorthRetrying(failure) && attempt < Failures.MaximumTries)
                {
                    await Task.Delay(Failures.Pause(attempt), cancellation).ConfigureAwait(false);
                }
            }
        }
        catch (Exception failure) when (Failures.IsFailure(failure))
        {
            throw Failures.Show(failure);
        }
        finally
        {
            _lane.Release();
        }
    }

    public async ValueTask<IReadOnlyList<FeedEntry>> ReadFeedAsync(
        long afterSeq, int limit, CancellationToken cancellation) => await TryAsync(async () =>
        {
            await using var connection = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            return await Lane.ReadFeedAsync(connection, null, afterSeq, limit, cancellation).ConfigureAwait(false);
        }).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<OutboxEntry>> ReadOutboxAsync(CancellationToken cancellation) =>
        await TryAsync(async () =>
        {
            await using var connection = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            return await Copying.OutboxAsync(connection, null, cancellation).ConfigureAwait(false);
        }).ConfigureAwait(false);

    public async ValueTask ClearOutboxAsync(IReadOnlyList<byte[]> recordIds, CancellationToken cancellation) =>
        await TryAsync(async () =>
        {
            await using var command = _source.CreateCommand("DELETE FROM outbox WHERE record_id = ANY($1)");
            command.Parameters.AddWithValue(recordIds.ToArray());
            await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);

    public async ValueTask PutCheckpointAsync(StoredCheckpoint checkpoint, CancellationToken cancellation) =>
        await TryAsync(async () =>
        {
            await CheckpointRows.PutAsync(_source, checkpoint, cancellation).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<StoredCheckpoint>> ReadCheckpointsAsync(CancellationToken cancellation) =>
        await TryAsync(async () =>
        {
            await using var connection = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            return await CheckpointRows.ReadAsync(connection, null, cancellation).ConfigureAwait(false);
        }).ConfigureAwait(false);

    public async ValueTask<StoreCopy> CopyAsync(CancellationToken cancellation) => await TryAsync(async () =>
    {
        await using var connection = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using var transaction = await connection
            .BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation).ConfigureAwait(false);
        return await Copying.ReadAsync(connection, transaction, cancellation).ConfigureAwait(false);
    }).ConfigureAwait(false);

    public async ValueTask<bool> FillAsync(StoreCopy copy, bool replace, CancellationToken cancellation) =>
        await TryAsync(async () =>
        {
            await using var connection = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await using var transaction = await connection
                .BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation).ConfigureAwait(false);
            if (!await Copying.FillAsync(connection, transaction, copy, replace, cancellation).ConfigureAwait(false))
                return false;
            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);

    /// <summary>Puts the database out of use for every node: its deployment goes on elsewhere.</summary>
    public async ValueTask RetireAsync(CancellationToken cancellation) =>
        await ExecuteAsync("UPDATE lease SET moved = 1 WHERE only_row = 1", cancellation).ConfigureAwait(false);

    /// <summary>Overwritten values are dead tuples until a vacuum; write-ahead log, replicas and backups keep them
    /// longer.</summary>
    public async ValueTask ScrubAsync(CancellationToken cancellation) => await TryAsync(async () =>
    {
        foreach (var table in (Table[])[Tables.KeyVersion, Tables.SealedKey])
        {
#pragma warning disable CA2100 // The name is this program's own.
            await using var command = _source.CreateCommand("VACUUM " + table.Name);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }

        return true;
    }).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _lane.WaitAsync().ConfigureAwait(false);
        await StopListeningAsync().ConfigureAwait(false);
        await _leaseSource.DisposeAsync().ConfigureAwait(false);
        await _laneSource.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
        _lane.Dispose();
    }

    private async Task ChangeOnceAsync(long appliedSeq, Judgement judge, CancellationToken cancellation)
    {
        await using var lane = await LaneTransaction.BeginAsync(_laneSource, cancellation).ConfigureAwait(false);
        var (connection, transaction) = (lane.Connection, lane.Transaction);
        var counter = await Lane.ReadCounterAsync(connection, transaction, locked: true, cancellation)
            .ConfigureAwait(false);
        var missed = counter.Seq > appliedSeq
            ? await Lane.ReadFeedAsync(connection, transaction, appliedSeq, int.MaxValue, cancellation)
                .ConfigureAwait(false)
            : [];
        var changes = judge(counter, missed);
        if (changes.Count == 0) return;
        await Lane.WriteAsync(connection, transaction, changes, FeedKept, cancellation).ConfigureAwait(false);
        await Lane.AnnounceAsync(connection, transaction, changes[^1].Entry.Seq, cancellation).ConfigureAwait(false);
        try
        {
            await lane.CommitAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (Failures.IsFailure(failure) && !Failures.IsWorthRetrying(failure))
        {
            if (await WasCommittedAsync(changes[0].Entry.OperationId, failure).ConfigureAwait(false)) return;
            throw;
        }
    }

    /// <summary>The answer to a commit was lost. Whoever gets the counter's lock now knows that the old transaction has
    /// ended, one way or the other; then the feed tells which. What is seen there need not be on a standby yet: a
    /// commit that comes after it is waited for, too.</summary>
    private async Task<bool> WasCommittedAsync(byte[] operationId, Exception lost)
    {
        using var limit = new CancellationTokenSource(ResolveFor);
        while (true)
        {
            try
            {
                await using var lane = await LaneTransaction.BeginAsync(_laneSource, limit.Token).ConfigureAwait(false);
                await Lane.ReadCounterAsync(lane.Connection, lane.Transaction, locked: true, limit.Token)
                    .ConfigureAwait(false);
                await using var command = new NpgsqlCommand(
                    "UPDATE counter SET seq = seq WHERE only_row = 1 " +
                    "RETURNING (SELECT count(*) FROM feed WHERE op = $1)",
                    lane.Connection, lane.Transaction) { CommandTimeout = Lane.TimeoutSeconds };
                command.Parameters.AddWithValue(operationId);
                var found = (long)(await command.ExecuteScalarAsync(limit.Token).ConfigureAwait(false))!;
                await lane.CommitAsync().ConfigureAwait(false);
                return found > 0;
            }
            catch (Exception failure) when (Failures.IsFailure(failure) && !limit.IsCancellationRequested)
            {
                await Task.Delay(Failures.Pause(2), CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception failure) when (Failures.IsFailure(failure) || failure is OperationCanceledException)
            {
                throw new CommitUnknownException("The store's answer to a commit was lost.", lost);
            }
        }
    }

    /// <summary>A replica shows old states: nothing is read from one.</summary>
    private async Task DemandPrimaryAsync(CancellationToken cancellation)
    {
        await using var command = _source.CreateCommand(
            "SELECT current_setting('transaction_read_only'), current_setting('synchronous_commit'), " +
            "current_setting('lock_timeout')");
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await reader.ReadAsync(cancellation).ConfigureAwait(false);
        if (reader.GetString(0) == "on")
            throw new StoreUnavailableException("The database is a read-only replica: name the primary, or several " +
                "hosts with Target Session Attributes=primary.");
        // A pooler that hands a session on between transactions drops these, mixes up prepared statements, and delivers
        // no announcement; one that was told to ignore the options shows in nothing else.
        if (reader.GetString(2) != ConnectionSettings.LockTimeout) throw new StoreUnavailableException(Failures.Pooler);
        if (reader.GetString(1) is "off" or "local")
            throw new StoreUnavailableException("The database session has synchronous_commit off: a pooler dropped " +
                "the session options. Connect directly, or set synchronous_commit = on for the role.");
    }

    private static async ValueTask<T> TryAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception failure) when (Failures.IsFailure(failure))
        {
            throw Failures.Show(failure);
        }
    }
}
