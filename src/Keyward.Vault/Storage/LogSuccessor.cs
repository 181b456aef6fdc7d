using System.Globalization;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Storage;

/// <summary>Opens a successor of a node's log that is lost or damaged, by its own key's row: the next start writes it.
/// Its first record names the lost log and what was known of it last. Nothing of the old log is touched.</summary>
internal sealed class LogSuccessor(IStore store, OpenedVault vault, TimeProvider time, string node)
{
    /// <summary>The successor's origin.</summary>
    public async ValueTask<string> OpenAsync(string reason, CancellationToken cancellation)
    {
        var deployment = vault.Snapshot.Deployment!;
        var (origin, lost) = LogKeys.NextOf(vault.Snapshot.SealedKeys.Values, deployment.Id, node);
        var known = (await store.ReadCheckpointsAsync(cancellation).ConfigureAwait(false))
            .FirstOrDefault(c => c.Origin == lost);
        var record = RecordOf(lost!, known, reason);
        await store.ChangeAsync(vault.Snapshot.Seq, (counter, missed) =>
        {
            var snapshot = Following.Apply(vault.Snapshot, missed, counter, vault);
            var draft = new ChangeDraft(snapshot, counter.Seq + 1, time.GetUtcNow(), vault, record);
            draft.PutLogKey(origin);
            return [draft.ToChange(draft.SumAfter(snapshot.Sum), TimeSpan.Zero, node)];
        }, cancellation).ConfigureAwait(false);
        return origin;
    }

    private RecordDraft RecordOf(string lost, StoredCheckpoint? known, string reason)
    {
        var (id, nonce) = RecordWriter.RandomIds();
        var arrival = new Arrival(Door.System, new Source("", 0, null, null), null, id, nonce, time.GetUtcNow(),
            time.GetTimestamp()) { Method = "Succeed" };
        var record = new RecordDraft(arrival, null, new Verb("succeed_log", OperationClass.AdminWrite))
        {
            Resource = "audit",
        };
        record.Parameter("reason", reason);
        record.Parameter("lost_log", lost);
        record.Parameter("lost_size", known?.Size.ToString(CultureInfo.InvariantCulture) ?? "unknown");
        if (known is not null && SignedCheckpoint.TryParse(known.Note, out var signed))
            record.Parameter("lost_root", Convert.ToBase64String(signed.Checkpoint.Root));
        return record;
    }
}
