using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Backups;

/// <summary>The first change of a store that was brought here from elsewhere. Its node goes on in a new log, since the
/// old one may have grown after it was copied, and no second history may ever be signed under one name; the first
/// record there says what came before.</summary>
internal static class Succession
{
    /// <param name="vault">The copy's state.</param>
    /// <param name="verb">What brought it here.</param>
    /// <param name="parameters">For the record.</param>
    /// <returns>The new log's origin.</returns>
    public static async ValueTask<string> BeginAsync(IStore store, OpenedVault vault, string node, Verb verb,
        IReadOnlyList<(string Name, string Value)> parameters, TimeProvider time, CancellationToken cancellation)
    {
        var snapshot = vault.Snapshot;
        var deployment = snapshot.Deployment!.Id;
        var (origin, predecessor) = LogKeys.NextOf(snapshot.SealedKeys.Values, deployment, node);
        var (id, nonce) = RecordWriter.RandomIds();
        var arrival = new Arrival(Door.System, new Source("", 0, null, null), null, id, nonce, time.GetUtcNow(),
            time.GetTimestamp()) { Method = verb.Name };
        var record = new RecordDraft(arrival, null, verb) { Resource = "deployment" };
        foreach (var (name, value) in parameters) record.Parameter(name, value);
        if (predecessor is not null) record.Parameter("predecessor", predecessor);
        record.Parameter("log", origin);
        await store.ChangeAsync(snapshot.Seq, (counter, missed) =>
        {
            if (counter.Seq != snapshot.Seq || missed.Count > 0)
                throw new StoreUnavailableException("Somebody else changes the store at the same time.");
            var draft = new ChangeDraft(snapshot, counter.Seq + 1, time.GetUtcNow(), vault, record);
            draft.PutLogKey(origin);
            return [draft.ToChange(draft.SumAfter(snapshot.Sum), TimeSpan.Zero, node)];
        }, cancellation).ConfigureAwait(false);
        return origin;
    }
}
