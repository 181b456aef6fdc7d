using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Audit.Usage;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>A key with its latest use, if there was one since a moment.</summary>
public sealed record KeyUsage(Key Key, DateTimeOffset Since, LastUse? Last);

/// <summary>When a key was last used.</summary>
public sealed record ReadLastUse(KeyName Name) : IOperation<KeyUsage>
{
    Verb IOperation<KeyUsage>.Verb { get; } = new("get_last_use", OperationClass.AdminRead);

    Demand IOperation<KeyUsage>.Demand => Demand.On(Permission.CryptoKeysGetLastUsage, Name);

    void IOperation<KeyUsage>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    async ValueTask<Outcome<KeyUsage>> IOperation<KeyUsage>.RunAsync(Passage passage)
    {
        if (passage.Snapshot.Find(Name) is not { } entry || entry.Key.StateAt(passage.Now) == KeyState.Deleted)
            return KeyRefusals.NotFound(Name);
        var (key, since) = (entry.Key, passage.LastUses.Since);
        var last = passage.LastUses.Find(Name);
        // What was before this start stands in the log.
        if (passage.Log.Followed is { } followed && key.CreateTime < since)
        {
            await followed.Follower.CatchUpAsync().ConfigureAwait(false);
            if (followed.Follower.LagEntries == 0 && followed.Usage.Since < since) since = followed.Usage.Since.Value;
            last ??= await FindAsync(passage.Log, followed.Usage).ConfigureAwait(false);
        }

        return new KeyUsage(key, key.CreateTime > since ? key.CreateTime : since, last);
    }

    private async ValueTask<LastUse?> FindAsync(IAuditLog log, UsageFold usage)
    {
        if (usage.Find(Name.ToString()).MaxBy(v => v.Last) is not { } version) return null;
        await foreach (var (index, entry) in log.ReadAsync(version.LastIndex, CancellationToken.None)
            .ConfigureAwait(false))
        {
            var facts = RecordFacts.Of(entry);
            return index == version.LastIndex && facts is { Operation: { } operation, Id: { } id }
                ? new LastUse(operation, facts.Time, id)
                : null;
        }

        return null;
    }
}
