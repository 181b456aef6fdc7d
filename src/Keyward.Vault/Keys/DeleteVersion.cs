using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Takes away, for ever, a version whose material is destroyed. What was once imported stays, since it may be
/// imported again (Cloud KMS, DeleteCryptoKeyVersion). The row is kept with its provenance, out of everybody's sight,
/// and the number is never used again.</summary>
public sealed record DeleteVersion(VersionName Name) : IOperation<Deletion>
{
    Verb IOperation<Deletion>.Verb { get; } = new("delete_version", OperationClass.AdminWrite);

    Demand IOperation<Deletion>.Demand => Demand.On(Permission.VersionsDelete, Name);

    void IOperation<Deletion>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Parent.Project.Value;
    }

    ValueTask<Outcome<Deletion>> IOperation<Deletion>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<Deletion>)this).Demand, Change);

    private Outcome<Deletion> Change(ChangeDraft draft)
    {
        if (draft.Snapshot.Find(Name.Parent) is not { } entry || entry.Find(Name.Number) is not { } version)
            return KeyRefusals.NotFound(Name);
        draft.Record.Version = version;
        if (AlteredRows.Refuse(draft.Snapshot, version) is { } altered) return altered;
        var state = version.StateAt(draft.Now);
        if (VersionLife.After(state, VersionEvent.Delete) is null) return KeyRefusals.NotAllowed(Name, state);
        if (version.Origin == VersionOrigin.Imported && version.HasHeldMaterial)
            return KeyRefusals.Precondition(Name,
                $"{Name} was imported: it can be imported again, and cannot be deleted.");
        draft.Put(version.Erased(draft.Now) with { DeleteTime = draft.Now });
        if (entry.Key.PrimaryVersion == Name.Number) draft.Put(entry.Key with { PrimaryVersion = null });
        draft.Record.Changed("delete_time", null, draft.Now.ToString("O"));
        return new Deletion(Name.Parent, Name.Number, null);
    }
}
