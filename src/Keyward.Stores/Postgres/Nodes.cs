using Keyward.Vault.Cluster;
using Keyward.Vault.Storage;
using Npgsql;

namespace Keyward.Stores.Postgres;

/// <summary>What the store keeps of the nodes that share it. Renewals run on connections of their own: requests that
/// wait for the pool must not cost a node its lease.</summary>
internal sealed partial class PostgresStore : INodeStore
{
    private readonly NpgsqlDataSource _leaseSource;
    private readonly SemaphoreSlim _leaseTurn = new(1, 1);
    private NpgsqlConnection? _leaseConnection;
    private NpgsqlConnection? _listener;

    public async ValueTask RegisterAsync(NodeRow node, CancellationToken cancellation) => await OnLeaseAsync(
        async connection =>
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Lane.Statement(
            "INSERT INTO node (id, boot, renewals, applied, incarnation, dead, address, build, machine, mac, root, " +
            "demands) " +
            "VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO UPDATE SET " +
            // A drain is asked of a run of the process: who starts anew is meant to serve.
            "draining = CASE WHEN node.boot = excluded.boot THEN node.draining ELSE 0 END, boot = excluded.boot, " +
            "renewals = excluded.renewals, applied = excluded.applied, incarnation = excluded.incarnation, dead = 0, " +
            "address = excluded.address, build = excluded.build, machine = excluded.machine, mac = excluded.mac, " +
            "root = excluded.root, demands = excluded.demands",
            node.Id, node.Boot, node.Renewals, node.Applied, node.Incarnation, node.Address, node.Build,
            node.Machine, node.Mac, node.Root, node.Demands));
        // Touching the counter orders the registration with every change, also on engines whose clocks differ.
        batch.BatchCommands.Add(Lane.Statement("UPDATE counter SET seq = seq WHERE only_row = 1"));
        await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        return true;
    }, cancellation).ConfigureAwait(false);

    public ValueTask<Renewal?> RenewAsync(NodeRow node, CancellationToken cancellation) => OnLeaseAsync(
        async connection =>
        {
            await using var command = new NpgsqlCommand(
                "UPDATE node SET renewals = $3, applied = $4, incarnation = $5, mac = $6, root = $7, demands = $8 " +
                "WHERE id = $1 AND boot = $2 AND dead = 0 RETURNING " +
                "(SELECT seq FROM counter WHERE only_row = 1), (SELECT sealed_sum FROM counter WHERE only_row = 1), " +
                "(SELECT incarnation FROM counter WHERE only_row = 1), " +
                "(SELECT lease_ms FROM lease WHERE only_row = 1), " +
                "(SELECT wait_ms FROM lease WHERE only_row = 1), draining",
                connection);
            Bind(command, node);
            await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            if (!await reader.ReadAsync(cancellation).ConfigureAwait(false)) return null;
            return new Renewal(
                new Counter(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<byte[]>(2)),
                new LeaseTerms(
                    TimeSpan.FromMilliseconds(reader.GetInt64(3)), TimeSpan.FromMilliseconds(reader.GetInt64(4))),
                reader.GetInt64(5) != 0);
        }, cancellation);

    public ValueTask<bool> AcknowledgeAsync(NodeRow node, CancellationToken cancellation) => OnLeaseAsync(
        async connection =>
        {
            await using var command = new NpgsqlCommand(
                "UPDATE node SET renewals = $3, applied = $4, incarnation = $5, mac = $6, root = $7, demands = $8 " +
                "WHERE id = $1 AND boot = $2 AND dead = 0", connection);
            Bind(command, node);
            return await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false) == 1;
        }, cancellation);

    public async ValueTask<IReadOnlyList<NodeRow>> ReadNodesAsync(CancellationToken cancellation) =>
        await TryAsync<IReadOnlyList<NodeRow>>(async () =>
        {
            await using var command = _source.CreateCommand(
                "SELECT id, boot, renewals, applied, incarnation, dead, address, build, machine, mac, draining, " +
                "root, demands " +
                "FROM node ORDER BY id");
            await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            var nodes = new List<NodeRow>();
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                nodes.Add(new NodeRow(reader.GetString(0), reader.GetFieldValue<byte[]>(1), reader.GetInt64(2),
                    reader.GetInt64(3), reader.GetFieldValue<byte[]>(4), reader.GetInt64(5) != 0, reader.GetString(6),
                    reader.GetString(7), reader.GetString(8), reader.GetFieldValue<byte[]>(9))
                {
                    IsDraining = reader.GetInt64(10) != 0, Root = reader.GetString(11),
                    Demands = reader.GetString(12),
                });
            return nodes;
        }).ConfigureAwait(false);

    public ValueTask<bool> MarkDeadAsync(NodeRow seen, CancellationToken cancellation) => ExecuteAsync(
        "UPDATE node SET dead = 1 WHERE id = $1 AND boot = $2 AND renewals = $3 AND dead = 0", cancellation,
        seen.Id, seen.Boot, seen.Renewals);

    public async ValueTask LeaveAsync(string id, byte[] boot, CancellationToken cancellation) =>
        await ExecuteAsync("DELETE FROM node WHERE id = $1 AND boot = $2", cancellation, id, boot)
            .ConfigureAwait(false);

    public ValueTask<bool> RemoveAsync(NodeRow seen, CancellationToken cancellation) => ExecuteAsync(
        "DELETE FROM node WHERE id = $1 AND boot = $2 AND renewals = $3", cancellation,
        seen.Id, seen.Boot, seen.Renewals);

    public ValueTask<bool> DrainAsync(NodeRow seen, bool drain, CancellationToken cancellation) => ExecuteAsync(
        "UPDATE node SET draining = $3 WHERE id = $1 AND boot = $2", cancellation,
        seen.Id, seen.Boot, drain ? 1L : 0L);

    public async ValueTask SetTermsAsync(LeaseTerms terms, CancellationToken cancellation) => await ExecuteAsync(
        "UPDATE lease SET lease_ms = $1, wait_ms = $2 WHERE only_row = 1", cancellation,
        (long)terms.Lease.TotalMilliseconds, (long)terms.Wait.TotalMilliseconds).ConfigureAwait(false);

    public async ValueTask<LeaderRow> LeadAsync(
        string node, byte[] boot, LeaderRow? seen, CancellationToken cancellation) => await TryAsync(async () =>
        {
            if (seen is null)
                await ExecuteAsync("INSERT INTO leader (name, node, boot, term, renewals) " +
                    "VALUES ('jobs', $1, $2, 1, 1) ON CONFLICT (name) DO NOTHING",
                    cancellation, node, boot).ConfigureAwait(false);
            else if (seen.Boot.AsSpan().SequenceEqual(boot))
                await RenewLeadAsync(boot, seen.Term, cancellation).ConfigureAwait(false);
            else
                await TakeOverAsync(node, boot, seen, cancellation).ConfigureAwait(false);
            return await ReadLeaderAsync(cancellation).ConfigureAwait(false);
        }).ConfigureAwait(false);

    /// <summary>As a node's own lease it waits for no standby: while none is there the leader stays the same.</summary>
    private async ValueTask RenewLeadAsync(byte[] boot, long term, CancellationToken cancellation) =>
        await OnLeaseAsync(async connection =>
        {
            await using var command = new NpgsqlCommand(
                "UPDATE leader SET renewals = renewals + 1 WHERE name = 'jobs' AND boot = $1 AND term = $2",
                connection);
            command.Parameters.AddWithValue(boot);
            command.Parameters.AddWithValue(term);
            return await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }, cancellation).ConfigureAwait(false);

    /// <summary>Touching the counter orders the takeover with every change: one that was judged by the old term is
    /// committed before, or not at all.</summary>
    private async ValueTask TakeOverAsync(string node, byte[] boot, LeaderRow seen, CancellationToken cancellation)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        // One implicit transaction.
        await using var batch = new NpgsqlBatch(connection) { Timeout = Lane.TimeoutSeconds };
        batch.BatchCommands.Add(Lane.Statement("UPDATE counter SET seq = seq WHERE only_row = 1"));
        batch.BatchCommands.Add(Lane.Statement(
            "UPDATE leader SET node = $1, boot = $2, term = term + 1, renewals = renewals + 1 " +
            "WHERE name = 'jobs' AND term = $3 AND renewals = $4", node, boot, seen.Term, seen.Renewals));
        await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>The row stays and its count moves, so that the next one need not wait it out.</summary>
    public async ValueTask ResignAsync(LeaderRow mine, CancellationToken cancellation) =>
        await ExecuteAsync("UPDATE leader SET node = '', boot = ''::bytea, term = term + 1 " +
            "WHERE name = 'jobs' AND boot = $1 AND term = $2", cancellation, mine.Boot, mine.Term)
            .ConfigureAwait(false);

    public async ValueTask WaitForChangeAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            _listener ??= await ListenAsync(cancellation).ConfigureAwait(false);
            await _listener.WaitAsync(timeout, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (Failures.IsFailure(failure))
        {
            await StopListeningAsync().ConfigureAwait(false);
            await Task.Delay(timeout < MaximumPoll ? timeout : MaximumPoll, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Without announcements nodes look by themselves, this often.</summary>
    private static readonly TimeSpan MaximumPoll = TimeSpan.FromMilliseconds(100);

    private async Task<NpgsqlConnection> ListenAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(ConnectionSettings.ForListening(_settings));
        try
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            await using var command = new NpgsqlCommand("LISTEN " + Lane.Channel, connection);
            await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            return connection;
        }
        catch (Exception)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask StopListeningAsync()
    {
        if (_listener is not { } listener) return;
        _listener = null;
        await listener.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask<LeaderRow> ReadLeaderAsync(CancellationToken cancellation)
    {
        await using var command = _source.CreateCommand(
            "SELECT node, boot, term, renewals FROM leader WHERE name = 'jobs'");
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellation).ConfigureAwait(false))
            throw new StoreUnavailableException("The store has lost its leader row.");
        return new LeaderRow(
            reader.GetString(0), reader.GetFieldValue<byte[]>(1), reader.GetInt64(2), reader.GetInt64(3));
    }

    private async ValueTask MakeTermsAsync(CancellationToken cancellation) => await ExecuteAsync(
        "INSERT INTO lease (only_row, lease_ms, wait_ms) VALUES (1, $1, $2) ON CONFLICT DO NOTHING", cancellation,
        (long)LeaseTerms.Default.Lease.TotalMilliseconds, (long)LeaseTerms.Default.Wait.TotalMilliseconds)
        .ConfigureAwait(false);

    private async ValueTask<bool> ExecuteAsync(string sql, CancellationToken cancellation, params object[] values) =>
        await TryAsync(async () =>
        {
#pragma warning disable CA2100 // Statements are literals of this program.
            await using var command = _source.CreateCommand(sql);
#pragma warning restore CA2100
            foreach (var value in values) command.Parameters.AddWithValue(value);
            return await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false) == 1;
        }).ConfigureAwait(false);

    private async ValueTask<T> OnLeaseAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation)
    {
        await _leaseTurn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            _leaseConnection ??= await _leaseSource.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            return await work(_leaseConnection).ConfigureAwait(false);
        }
        catch (Exception failure) when (Failures.IsFailure(failure) || failure is OperationCanceledException)
        {
            // What a broken connection still knows is not worth finding out: the next call begins with a new one.
            if (_leaseConnection is { } broken) await broken.DisposeAsync().ConfigureAwait(false);
            _leaseConnection = null;
            if (failure is OperationCanceledException) throw;
            throw Failures.Show(failure);
        }
        finally
        {
            _leaseTurn.Release();
        }
    }

    private static void Bind(NpgsqlCommand command, NodeRow node)
    {
        command.Parameters.AddWithValue(node.Id);
        command.Parameters.AddWithValue(node.Boot);
        command.Parameters.AddWithValue(node.Renewals);
        command.Parameters.AddWithValue(node.Applied);
        command.Parameters.AddWithValue(node.Incarnation);
        command.Parameters.AddWithValue(node.Mac);
        command.Parameters.AddWithValue(node.Root);
        command.Parameters.AddWithValue(node.Demands);
    }
}
