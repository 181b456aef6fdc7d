using Keyward.Vault.Keys;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Automation;

/// <summary>Erases the material of versions whose time of destruction has come. A version is refused from its due time
/// on whether or not this has run.</summary>
internal sealed class Destruction(Gate.Gate gate, IStore store, TimeProvider time) : IJob
{
    private readonly JobCaller _self = new(gate, "destruction", ofLeader: true);
    private long _scrubbed = -1;

    public string Name => "destruction";

    public TimeSpan Interval => TimeSpan.FromSeconds(10);

    public async ValueTask<JobRun> RunAsync(CancellationToken cancellation)
    {
        if (gate.Vault is not { } vault) return default;
        var run = new JobRun();
        foreach (var version in Due(vault.Snapshot, time.GetUtcNow()).ToList())
        {
            if (cancellation.IsCancellationRequested) break;
            run = run.With(await _self.PassAsync("EraseVersion",
                new ChangeVersionState(version.Name, VersionEvent.Due), cancellation).ConfigureAwait(false));
        }

        foreach (var key in DueKeys(vault.Snapshot, time.GetUtcNow()).ToList())
        {
            if (cancellation.IsCancellationRequested) break;
            run = run.With(await _self.PassAsync("DeleteKey", new ChangeKeyState(key, KeyEvent.Due), cancellation)
                .ConfigureAwait(false));
        }

        await ScrubAsync(vault.Snapshot.ErasureSeq, cancellation).ConfigureAwait(false);
        return run;
    }

    /// <summary>The write-ahead log still holds the erased rows' old pages until it is folded in. What was erased
    /// before a kill, or by somebody else, is seen by the number of the change that did it.</summary>
    private async ValueTask ScrubAsync(long erased, CancellationToken cancellation)
    {
        if (erased <= _scrubbed) return;
        await store.ScrubAsync(cancellation).ConfigureAwait(false);
        _scrubbed = erased;
    }

    private static IEnumerable<Names.KeyName> DueKeys(Snapshot snapshot, DateTimeOffset now) =>
        from key in snapshot.DueKeys(now)
        where key.Key.State == KeyState.PendingDeletion && key.Key.DeletionTime <= now
        select key.Key.Name;

    private static IEnumerable<KeyVersion> Due(Snapshot snapshot, DateTimeOffset now) =>
        from key in snapshot.DueKeys(now)
        from version in key.Versions
        where version.IsDueAt(now)
        select version;
}
