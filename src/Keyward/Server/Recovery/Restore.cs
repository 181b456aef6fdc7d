using System.Globalization;
using System.Security.Cryptography;
using Keyward.Keystores.Age;
using Keyward.Keystores.Root;
using Keyward.Keystores.Software;
using Keyward.Server.Settings;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Backups;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Server.Recovery;

/// <summary>What was restored.</summary>
/// <param name="Lost">Changes that the log names and the store did not hold yet when it was read.</param>
/// <param name="Log">The log that the node goes on in.</param>
internal sealed record Restored(BackupManifest Manifest, int Keys, long Lost, string Log, string? ReplacedTo);

/// <summary>Brings a deployment back from backups, on a machine and store that hold nothing, or whose contents the
/// operator gives up. Nothing is written before all was checked: the files, each row's seal, the state sum, the
/// log.</summary>
internal sealed class Restore(DataFolder folder, ServerSettings settings, TimeProvider time)
{
    private static readonly Verb Verb = new("restore", OperationClass.AdminWrite);

    /// <param name="reason">Why what is there shall be replaced; null where nothing may be.</param>
    public async Task<Restored> RunAsync(IReadOnlyList<string> files, IReadOnlyList<AgeIdentity> identities,
        string? reason, CancellationToken cancellation)
    {
        using var root = LoadRoot();
        using var staged = StagedBackup.Open(files, identities, folder.In("restoring"));
        using var hierarchy = OpenHierarchy(root, staged.Store);
        var snapshot = StoreJudgement.Demand(staged.Store, hierarchy);
        var lost = await staged.VerifyLogsAsync(KeysOf(snapshot, hierarchy), cancellation).ConfigureAwait(false);
        var replacedTo = await MakeRoomAsync(staged, reason, cancellation).ConfigureAwait(false);
        var store = StoreChoice.Make(folder, settings);
        await using (store.ConfigureAwait(false))
        {
            await store.OpenAsync(cancellation).ConfigureAwait(false);
            await NodesAtRest.DemandAsync(store, time, cancellation).ConfigureAwait(false);
            PlaceLogs(staged);
            DataFolder.WriteSecret(folder.In("node"),
                System.Text.Encoding.ASCII.GetBytes(staged.Manifest.Node + "\n"));
            var copy = staged.Store with
            {
                // Another incarnation: nodes that knew the old store must not take this one for it.
                Counter = staged.Store.Counter with { Incarnation = RandomNumberGenerator.GetBytes(16) },
                // Records that no log has yet are this node's to log: whose they were is not here any more.
                Outbox = [.. staged.Store.Outbox.Select(e => e with { Node = staged.Manifest.Node })],
            };
            if (!await store.FillAsync(copy, reason is not null, cancellation).ConfigureAwait(false))
                throw new StartException("The database was filled by another meanwhile; nothing was restored.");
            using var keystore = new SoftwareKeystore(hierarchy);
            var vault = new OpenedVault(keystore, hierarchy, hierarchy, snapshot);
            var log = await Succession.BeginAsync(store, vault, staged.Manifest.Node, Verb,
                ParametersOf(staged, lost, reason), time, cancellation).ConfigureAwait(false);
            return new Restored(staged.Manifest, snapshot.Projects.After(null).Sum(
                p => p.Rings.After(null).Sum(r => r.Keys.Count)), lost, log, replacedTo);
        }
    }

    internal static KeyHierarchy OpenHierarchy(RootKey root, StoreCopy copy)
    {
        var deployment = copy.Rows.FirstOrDefault(r => r.Table == Tables.Deployment)
            ?? throw new InvalidDataException("The store's rows name no deployment.");
        try
        {
            return KeyHierarchy.Open(root, Deployment.Parse(deployment).IdBytes,
                copy.Rows.Where(r => r.Table == Tables.SealedKey).Select(r => SealedKeyRow.Parse(r).Key));
        }
        catch (SealBrokenException)
        {
            throw new StartException("The root key is not the one of this deployment.",
                "Put the deployment's own root into the data folder, root.key or root.seal; for a backup from before " +
                "a rotation of the root, the old one.");
        }
    }

    internal static IReadOnlyList<VerifierKey> KeysOf(Snapshot snapshot, IKeyHierarchy hierarchy)
    {
        var keys = new List<VerifierKey>();
        foreach (var row in snapshot.SealedKeys.Values.Where(r => r.Key.Binding.Kind == SealKind.AuditKey))
        {
            if (!Vault.Audit.LogKeyName.TryParse(row.Key.Binding.Name, out var name)) continue;
            using var opened = hierarchy.OpenLogKey(row.Key, name.Origin);
            keys.Add(opened.Key);
        }

        return keys;
    }

    private RootKey LoadRoot()
    {
        try
        {
            return new RootSource(folder, settings).Load();
        }
        catch (RootUnavailableException failure)
        {
            throw new StartException($"The root key could not be had: {failure.Message}",
                "A backup does not hold it. Put root.key (or root.seal) of the deployment, mode 0600, into " +
                folder.Path);
        }
    }

    /// <summary>Where something is there already, it is refused, or moved aside. A database is replaced later, in one
    /// transaction.</summary>
    private async Task<string?> MakeRoomAsync(StagedBackup staged, string? reason, CancellationToken cancellation)
    {
        var there = await FindExistingAsync(cancellation).ConfigureAwait(false);
        if (there is null) return null;
        if (reason is null)
            throw new StartException($"{there} The backup holds change {staged.Manifest.Seq} of the deployment " +
                $"{staged.Manifest.Deployment}.",
                "Restore into an empty data folder or database, or give up what is there: --force --reason TEXT");
        var aside = folder.In("replaced-" + time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'",
            CultureInfo.InvariantCulture));
        DataFolder.MakeOwned(aside);
        foreach (var name in (string[])["keyward.db", "keyward.db-wal", "keyward.db-shm", "node"])
            if (File.Exists(folder.In(name))) File.Move(folder.In(name), Path.Combine(aside, name));
        if (Directory.Exists(folder.Audit)) Directory.Move(folder.Audit, Path.Combine(aside, "audit"));
        return aside;
    }

    /// <summary>A sentence on what is there; null for nothing.</summary>
    private async Task<string?> FindExistingAsync(CancellationToken cancellation)
    {
        var store = StoreChoice.Make(folder, settings);
        await using (store.ConfigureAwait(false))
        {
            if (settings.IsShared || File.Exists(folder.Store))
            {
                await store.OpenAsync(cancellation).ConfigureAwait(false);
                var state = await store.LoadAsync(cancellation).ConfigureAwait(false);
                if (state.Counter.Seq > 0)
                    return $"The store holds change {state.Counter.Seq} of the deployment " +
                        $"{state.Rows.Of(Tables.Deployment).Select(r => Deployment.Parse(r).Id)
                            .FirstOrDefault("unknown")}.";
            }
        }

        return Directory.Exists(folder.Audit) && Directory.EnumerateDirectories(folder.Audit).Any()
            ? $"The data folder {folder.Path} holds an audit log." : null;
    }

    private void PlaceLogs(StagedBackup staged)
    {
        folder.Make("audit");
        foreach (var log in staged.Manifest.Logs)
        {
            var target = new LogFolders(folder).Of(log.Origin);
            Directory.Delete(Path.Combine(staged.FolderOf(log.Origin), "tmp"), recursive: true);
            Directory.Move(staged.FolderOf(log.Origin), target);
        }
    }

    private static IReadOnlyList<(string Name, string Value)> ParametersOf(
        StagedBackup staged, long lost, string? reason)
    {
        var manifest = staged.Manifest;
        List<(string, string)> parameters =
        [
            ("backup", manifest.Id), ("backup_time", manifest.Time.ToString("O", CultureInfo.InvariantCulture)),
            ("backup_seq", manifest.Seq.ToString(CultureInfo.InvariantCulture)),
            ("lost_changes", lost.ToString(CultureInfo.InvariantCulture)),
        ];
        parameters.AddRange(manifest.Logs.Select(l => ("restored_log", $"{l.Origin}#{l.Size}")));
        if (reason is not null) parameters.AddRange([("forced", "true"), ("reason", reason)]);
        return parameters;
    }
}
