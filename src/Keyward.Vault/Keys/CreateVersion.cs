using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.KeyUse;
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

    async ValueTask<Outcome<KeyVersion>> IOperation<KeyVersion>.RunAsync(Passage passage)
    {
        if (passage.Snapshot.Find(Parent) is not { } entry) return KeyRefusals.NotFound(Parent);
        if (NewVersions.Judge(entry.Key) is { } refusal) return refusal;
        if (Expertise.Judge(passage, entry.Key.Algorithm, Parent) is { } inexpert) return inexpert;
        using (var material = await NewVersions.TryMakeAsync(passage, entry.Key.Algorithm).ConfigureAwait(false))
            return await passage.ChangeAsync(((IOperation<KeyVersion>)this).Demand, draft => Change(draft, material))
                .ConfigureAwait(false);
    }

    private Outcome<KeyVersion> Change(ChangeDraft draft, IFreshMaterial? material)
    {
        if (draft.Snapshot.Find(Parent) is not { } entry) return KeyRefusals.NotFound(Parent);
        if (KeyRefusals.JudgeState(entry.Key, draft.Now) is { } going) return going;
        if (entry.Key.IsMultiRegion)
            return KeyRefusals.Precondition(Parent,
                "The key is one of several locations: it gets new versions by rotation, in all of them.");
        if (NewVersions.Judge(entry.Key) is { } refusal) return refusal;
        if (Quotas.Counts.JudgeVersion(draft.Snapshot, entry.Key) is { } full) return full;
        draft.Put(entry.Key with { NextVersion = entry.Key.NextVersion + 1 });
        return material is null
            ? NewVersions.PutPending(draft, entry.Key)
            : NewVersions.Put(draft, entry.Key, material);
    }
}
