using System.Security.Cryptography;
using Keyward.Keystores.Root;
using Keyward.Keystores.Software;
using Keyward.Server.Settings;
using Keyward.Stores.Postgres;
using Keyward.Stores.Sqlite;
using Keyward.Vault.Backups;
using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Server.Recovery;

/// <summary>What was moved.</summary>
/// <param name="Log">The log that the node goes on in.</param>
/// <param name="LeftAt">Where the old store lies, out of use.</param>
internal sealed record Moved(long Seq, int Rows, string Log, string LeftAt);

/// <summary>Copies a deployment from one kind of store to the other, which must be empty. What arrived is read back and
/// must add up to the same sealed state sum; only then is the old store put out of use.</summary>
internal sealed class MoveStore(DataFolder folder, ServerSettings settings, TimeProvider time)
{
    private static readonly Verb Verb = new("move_store", OperationClass.AdminWrite);

    /// <param name="postgresFile">The connection of the database, which is the target or the source.</param>
    public async Task<Moved> RunAsync(
        bool toPostgres, string postgresFile, Action<string> progress, CancellationToken cancellation)
    {
        if (!toPostgres && File.Exists(folder.Store))
            throw new StartException($"There is a store at {folder.Store} already.", "Move it out of the way first.");
        if (toPostgres && !File.Exists(folder.Store))
            throw new StartException($"There is no store at {folder.Store}.", "Give the data folder: --data DIR");
        IStore sqlite = new SqliteStore(folder.Store);
        IStore postgres = new PostgresStore(StoreChoice.ReadConnection(postgresFile));
        await using var first = sqlite.ConfigureAwait(false);
        await using var second = postgres.ConfigureAwait(false);
        var (source, target) = toPostgres ? (sqlite, postgres) : (postgres, sqlite);
        await source.OpenAsync(cancellation).ConfigureAwait(false);
        await NodesAtRest.DemandAsync(source, time, cancellation).ConfigureAwait(false);
        var copy = await source.CopyAsync(cancellation).ConfigureAwait(false);
        progress($"read {copy.Rows.Count} rows, change {copy.Counter.Seq}");
        using var root = LoadRoot();
        using var hierarchy = Restore.OpenHierarchy(root, copy);
        var snapshot = StoreJudgement.Demand(copy, hierarchy);
        progress("every seal holds, and the rows add up to the state sum");

        await target.OpenAsync(cancellation).ConfigureAwait(false);
        var node = folder.NodeName();
        // Records that no log has yet are this node's to log: whose they were is not here any more. And another
        // incarnation: whoever still follows the old store must not take this one for it.
        var moved = copy with
        {
            Counter = copy.Counter with { Incarnation = RandomNumberGenerator.GetBytes(16) },
            Outbox = [.. copy.Outbox.Select(e => e with { Node = node })],
        };
        if (!await target.FillAsync(moved, replace: false, cancellation).ConfigureAwait(false))
            throw new StartException("The store to move to is not empty.", "Give an empty database.");
        var arrived = await target.CopyAsync(cancellation).ConfigureAwait(false);
        StoreJudgement.Demand(arrived, hierarchy);
        if (arrived.Rows.Count != copy.Rows.Count || arrived.Outbox.Count != copy.Outbox.Count)
            throw new InvalidDataException("What arrived is not what was sent; the old store is untouched.");
        progress($"wrote {arrived.Rows.Count} rows and read them back");
        using var keystore = new SoftwareKeystore(hierarchy);
        var log = await Succession.BeginAsync(target, new OpenedVault(keystore, hierarchy, hierarchy, snapshot),
            node, Verb, [("from", toPostgres ? "sqlite" : "postgres"),
                ("to", toPostgres ? "postgres" : "sqlite")], time, cancellation).ConfigureAwait(false);
        return new Moved(copy.Counter.Seq, copy.Rows.Count, log,
            await RetireAsync(source, toPostgres, cancellation).ConfigureAwait(false));
    }

    /// <summary>Two stores of one deployment that both serve would be two histories: the old one is not found by the
    /// next start.</summary>
    private async Task<string> RetireAsync(IStore source, bool wasSqlite, CancellationToken cancellation)
    {
        if (!wasSqlite)
        {
            await ((PostgresStore)source).RetireAsync(cancellation).ConfigureAwait(false);
            return "the database, marked as moved";
        }

        await source.ScrubAsync(cancellation).ConfigureAwait(false);
        await source.DisposeAsync().ConfigureAwait(false);
        // What was left before lies there still; a failure here would leave two stores that both serve.
        var aside = Enumerable.Range(1, int.MaxValue).Select(i => folder.Store + (i == 1 ? ".moved" : $".moved.{i}"))
            .First(f => !File.Exists(f));
        File.Move(folder.Store, aside, overwrite: false);
        foreach (var suffix in (string[])["-wal", "-shm"]) File.Delete(folder.Store + suffix);
        return aside;
    }

    private RootKey LoadRoot()
    {
        try
        {
            return new RootSource(folder, settings).Load();
        }
        catch (RootUnavailableException failure)
        {
            throw new StartException($"The root key could not be had: {failure.Message}");
        }
    }
}
