using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Makes the next version of a key. It does not become primary by itself.</summary>
public sealed record CreateVersion(KeyName Parent) : IOperation<KeyVersion>
{
    Verb IOperation<KeyVersion>.Verb { get; } = new("create_version", OperationClass.AdminWrite);

    Demand IOperation<KeyVersion>.Demand => Demand.On(Permission.VersionsCreate, Parent);

    void IOperation<KeyVersion>.Describe(RecordDraft draft)
    {
        draft.Resource = Parent.ToString();
        draft.Project = Parent.Project.Value;
    }

    ValueTask<Outcome<KeyVersion>> IOperation<KeyVersion>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<KeyVersion>)this).Demand, Change);

    private Outcome<KeyVersion> Change(ChangeDraft draft)
    {
        if (draft.Snapshot.Find(Parent) is not { } entry) return KeyRefusals.NotFound(Parent);
        if (KeyRefusals.JudgeState(entry.Key, draft.Now) is { } going) return going;
        if (entry.Key.ImportOnly)
            return new Refusal(RefusalReason.TransitionNotAllowed,
                "The key is import-only: its versions are imported, not generated.", Parent.ToString());
        if (entry.Key.NextVersion > NewVersions.MaximumVersions)
            return new Refusal(RefusalReason.QuotaExceeded, "The key has as many versions as a key can have.",
                Parent.ToString());
        draft.Put(entry.Key with { NextVersion = entry.Key.NextVersion + 1 });
        return NewVersions.Put(draft, entry.Key);
    }
}
