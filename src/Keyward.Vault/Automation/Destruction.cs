using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Automation;

/// <summary>Erases the material of versions whose time of destruction has come. It acts through the gate under its own
/// name, so each erasure is recorded; a version is refused from its due time on whether or not this has run.</summary>
internal sealed class Destruction(Gate.Gate gate, IStore store, TimeProvider time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private static readonly Caller Self = new(Caller.SystemType, "destruction", "destruction", null, null);

    /// <summary>Erases what is due; gives how many versions that were.</summary>
    public async ValueTask<int> RunAsync(CancellationToken cancellation)
    {
        if (gate.Vault is not { } vault) return 0;
        var due = Due(vault.Snapshot, time.GetUtcNow()).ToList();
        foreach (var version in due)
        {
            if (cancellation.IsCancellationRequested) break;
            var arrival = gate.Receive(Door.System, new Source("", 0, null, null), null);
            arrival.Method = "EraseVersion";
            await gate.PassAsync(arrival, Self, new ChangeVersionState(version.Name, VersionEvent.Due), cancellation)
                .ConfigureAwait(false);
        }

        foreach (var key in DueKeys(vault.Snapshot, time.GetUtcNow()).ToList())
        {
            if (cancellation.IsCancellationRequested) break;
            var arrival = gate.Receive(Door.System, new Source("", 0, null, null), null);
            arrival.Method = "DeleteKey";
            await gate.PassAsync(arrival, Self, new ChangeKeyState(key.Name, KeyEvent.Due), cancellation)
                .ConfigureAwait(false);
            due.AddRange(key.Versions);
        }

        // The write-ahead log still holds the erased rows' old pages until it is folded in.
        if (due.Count > 0) await store.ScrubAsync(cancellation).ConfigureAwait(false);
        return due.Count;
    }

    private static IEnumerable<(Names.KeyName Name, KeyVersion[] Versions)> DueKeys(
        Snapshot snapshot, DateTimeOffset now) =>
        from project in snapshot.Projects.After(null)
        from ring in project.Rings.After(null)
        from key in ring.Keys.After(null)
        where key.Key.State == KeyState.PendingDeletion && key.Key.DeletionTime <= now
        select (key.Key.Name, key.Versions);

    private static IEnumerable<KeyVersion> Due(Snapshot snapshot, DateTimeOffset now) =>
        from project in snapshot.Projects.After(null)
        from ring in project.Rings.After(null)
        from key in ring.Keys.After(null)
        from version in key.Versions
        where version.State == VersionState.DestroyScheduled && version.DestroyTime <= now
        select version;
}
