using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Makes a replica of a set its primary, and the primary a replica.</summary>
public sealed record MovePrimary(KeyName Name, LocationId Location) : IOperation<Key>
{
    Verb IOperation<Key>.Verb { get; } = new("move_primary", OperationClass.AdminWrite);

    Demand IOperation<Key>.Demand => Demand.On(Permission.CryptoKeysUpdatePrimaryRegion, Name);

    IRequestAttributes IOperation<Key>.Attributes =>
        new RequestAttributes((AttributeNames.PrimaryLocation, Location.Value));

    void IOperation<Key>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    ValueTask<Outcome<Key>> IOperation<Key>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<Key>)this).Demand, draft => Change(draft, passage));

    private Outcome<Key> Change(ChangeDraft draft, Passage passage)
    {
        if (draft.Snapshot.Find(Name) is not { } entry) return KeyRefusals.NotFound(Name);
        var primary = entry.Key;
        if (KeySets.JudgePrimary(primary) is { } notPrimary) return notPrimary;
        if (KeyRefusals.JudgeUse(primary, draft.Now) is { } resting) return resting;
        if (KeySets.In(Name, Location.Value) is var target && draft.Snapshot.Find(target) is not { } next)
            return KeyRefusals.NotFound(target);
        if (passage.Refuse(draft.Snapshot, Demand.On(Permission.CryptoKeysUpdatePrimaryRegion, target)) is { } denied)
            return denied;
        if (KeyRefusals.JudgeUse(next.Key, draft.Now) is { } nextResting) return nextResting;
        foreach (var key in KeySets.Of(draft.Snapshot, primary, passage.Settings).ToList())
            draft.Put(key with { PrimaryLocation = Location.Value });
        draft.Record.Changed("primary_location", primary.PrimaryLocation, Location.Value);
        return draft.Snapshot.Find(Name)!.Key;
    }
}
