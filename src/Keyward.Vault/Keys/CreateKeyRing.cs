using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

public sealed record CreateKeyRing(KeyRingName Name) : IOperation<KeyRing>
{
    Verb IOperation<KeyRing>.Verb { get; } = new("create_key_ring", OperationClass.AdminWrite);

    Demand IOperation<KeyRing>.Demand => Demand.On(Permission.KeyRingsCreate, Name.Parent);

    void IOperation<KeyRing>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    ValueTask<Outcome<KeyRing>> IOperation<KeyRing>.RunAsync(Passage passage)
    {
        if (!ResourceId.IsValid(Name.Ring)) return new(KeyRefusals.BadId);
        if (!passage.Settings.Locations.Contains(Name.Parent.Location.Value))
            return new(KeyRefusals.UnknownLocation(Name.Parent));
        return passage.ChangeAsync(((IOperation<KeyRing>)this).Demand, Change);
    }

    private Outcome<KeyRing> Change(ChangeDraft draft)
    {
        if (draft.Snapshot.Find(Name.Project) is null) return KeyRefusals.NotFound(Name.Project.FullName);
        if (draft.Snapshot.Find(Name) is not null) return KeyRefusals.AlreadyExists(Name);
        if (Quotas.Counts.JudgeRing(draft.Snapshot, Name.Project) is { } full) return full;
        var ring = new KeyRing(Name, draft.Now);
        draft.Put(ring);
        return ring;
    }
}
