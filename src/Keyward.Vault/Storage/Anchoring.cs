using Keyward.Vault.Audit;

namespace Keyward.Vault.Storage;

/// <summary>Brings the log's checkpoint into the store, so that each of the two finds the other put back: after a
/// thousand records, after ten seconds with any, before the store forgets records of changes, at a start and at a clean
/// stop. Callers at the same time do no harm: the store keeps the larger.</summary>
internal sealed class Anchoring(IStore store, IAuditLog log, TimeProvider time)
{
    private const long MaximumRecords = 1_000;
    private static readonly TimeSpan MaximumAge = TimeSpan.FromSeconds(10);

    private long _size = -1;
    private long? _at;

    /// <summary>Anchors if it is due; called every second or so.</summary>
    public async ValueTask TickAsync(CancellationToken cancellation)
    {
        if (log.Tree?.Latest.Checkpoint.Size is not { } size || size == _size) return;
        if (size - _size < MaximumRecords && _at is { } at && time.GetElapsedTime(at) < MaximumAge) return;
        await PutAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Covers all that there is and anchors it.</summary>
    public async ValueTask AnchorAsync(CancellationToken cancellation)
    {
        if (log.Tree is not { } tree) return;
        await tree.CoverAsync(log.Size).ConfigureAwait(false);
        await PutAsync(cancellation).ConfigureAwait(false);
    }

    private async ValueTask PutAsync(CancellationToken cancellation)
    {
        var (signed, now) = (log.Tree!.Latest, time.GetUtcNow());
        await store.PutCheckpointAsync(new StoredCheckpoint(
            signed.Checkpoint.Origin, signed.Checkpoint.Size, signed.Note.ToBytes(), now), cancellation)
            .ConfigureAwait(false);
        (_size, _at) = (signed.Checkpoint.Size, time.GetTimestamp());
    }
}
