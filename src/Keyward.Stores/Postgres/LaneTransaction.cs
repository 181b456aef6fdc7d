using System.Data;
using Npgsql;

namespace Keyward.Stores.Postgres;

/// <summary>One transaction of the lane. Its commit is never cancelled: where the server waits for a standby, a
/// cancelled commit is reported as done, and stands on one machine only. Who has waited long enough gives up waiting
/// instead, leaves the commit to itself, and finds out later what became of it. Belongs to one caller.</summary>
internal sealed class LaneTransaction : IAsyncDisposable
{
    /// <summary>A commit takes milliseconds; a standby that is away may take long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private Task? _abandoned;
    private volatile bool _isWarned;

    private LaneTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        (Connection, Transaction) = (connection, transaction);
        // "canceling wait for synchronous replication" comes as a warning of a commit that is called a success.
        connection.Notice += (_, _) => _isWarned = true;
    }

    public NpgsqlConnection Connection { get; }

    public NpgsqlTransaction Transaction { get; }

    public static async Task<LaneTransaction> BeginAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        try
        {
            return new LaneTransaction(connection, await connection
                .BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation).ConfigureAwait(false));
        }
        catch (Exception)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What was committed is durable everywhere that it must be when this returns. Where it throws, nobody
    /// knows.</summary>
    public async Task CommitAsync()
    {
        _isWarned = false;
        var commit = Transaction.CommitAsync(CancellationToken.None);
        try
        {
            await commit.WaitAsync(Patience).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!commit.IsCompleted)
        {
            _abandoned = EndAsync(commit);
            throw;
        }

        if (_isWarned) throw new IOException("The database did not wait for its standby.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_abandoned is not null) return;
        await Transaction.DisposeAsync().ConfigureAwait(false);
        await Connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task EndAsync(Task commit)
    {
        await commit.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None,
            TaskScheduler.Default).ConfigureAwait(false);
        await Connection.DisposeAsync().ConfigureAwait(false);
    }
}
