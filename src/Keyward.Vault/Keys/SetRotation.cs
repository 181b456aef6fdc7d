using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Turns a key's rotation by schedule on, with its period, or off. A period that is set anew counts from
/// now.</summary>
public sealed record SetRotation(KeyName Name, TimeSpan? Period) : IOperation<Key>
{
    Verb IOperation<Key>.Verb { get; } = new(
        Period is null ? "disable_rotation" : "enable_rotation", OperationClass.AdminWrite);

    Demand IOperation<Key>.Demand => Demand.On(
        Period is null ? Permission.CryptoKeysDisableRotation : Permission.CryptoKeysEnableRotation, Name);

    IRequestAttributes IOperation<Key>.Attributes => new RequestAttributes(
        (AttributeNames.RotationDays, Period is { } period ? (long)period.TotalDays : null));

    void IOperation<Key>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    ValueTask<Outcome<Key>> IOperation<Key>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<Key>)this).Demand, draft => Change(draft, passage.Settings));

    private Outcome<Key> Change(ChangeDraft draft, GateSettings settings)
    {
        if (draft.Snapshot.Find(Name) is not { } entry) return KeyRefusals.NotFound(Name);
        if (KeyRotation.Judge(entry, draft.Now) is { } refusal) return refusal;
        var key = entry.Key;
        if (KeyRefusals.JudgeUse(key, draft.Now) is { } resting) return resting;
        if (key.RotationPeriod == Period) return key;
        var changed = key with { RotationPeriod = Period, NextRotationTime = draft.Now + Period };
        draft.Put(changed);
        foreach (var replica in KeySets.Of(draft.Snapshot, key, settings).Where(k => k.Name != Name).ToList())
            draft.Put(replica with
            {
                RotationPeriod = changed.RotationPeriod, NextRotationTime = changed.NextRotationTime,
            });
        draft.Record.Changed("rotation_period", key.RotationPeriod?.ToString(), Period?.ToString());
        return changed;
    }
}
