using Keyward.Vault.Audit;
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

    ValueTask<Outcome<KeyUsage>> IOperation<KeyUsage>.RunAsync(Passage passage)
    {
        if (passage.Snapshot.Find(Name) is not { } entry || entry.Key.StateAt(passage.Now) == KeyState.Deleted)
            return new(KeyRefusals.NotFound(Name));
        var key = entry.Key;
        var since = key.CreateTime > passage.LastUses.Since ? key.CreateTime : passage.LastUses.Since;
        return new(new KeyUsage(key, since, passage.LastUses.Find(Name)));
    }
}
