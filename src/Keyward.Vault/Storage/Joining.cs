using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;

namespace Keyward.Vault.Storage;

/// <summary>A node's first start beside others: it gets a log key of its own. The change's record is the first of its
/// log.</summary>
internal sealed class Joining(IStore store, OpenedVault vault, TimeProvider time, string node)
{
    /// <summary>True if a key was made; then the store must be read anew.</summary>
    public async ValueTask<bool> JoinAsync(CancellationToken cancellation)
    {
        var deployment = vault.Snapshot.Deployment!;
        var (origin, predecessor) = LogKeys.NextOf(vault.Snapshot.SealedKeys.Values, deployment.Id, node);
        if (predecessor is not null) return false;
        var (id, nonce) = RecordWriter.RandomIds();
        var arrival = new Arrival(Door.System, new Source("", 0, null, null), null, id, nonce, time.GetUtcNow(),
            time.GetTimestamp()) { Method = "Join" };
        var record = new RecordDraft(arrival, null, new Verb("join", OperationClass.AdminWrite))
        {
            Resource = "deployment",
        };
        await store.ChangeAsync(vault.Snapshot.Seq, (counter, missed) =>
        {
            var snapshot = Following.Apply(vault.Snapshot, missed, counter, vault);
            var draft = new ChangeDraft(snapshot, counter.Seq + 1, time.GetUtcNow(), vault, record);
            draft.PutLogKey(origin);
            return [draft.ToChange(draft.SumAfter(snapshot.Sum), TimeSpan.Zero, node)];
        }, cancellation).ConfigureAwait(false);
        return true;
    }
}
