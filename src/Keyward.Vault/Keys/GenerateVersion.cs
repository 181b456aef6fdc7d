using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Makes the material that a pending version waits for. Only our own job says so.</summary>
public sealed record GenerateVersion(VersionName Name) : IOperation<KeyVersion>
{
    Verb IOperation<KeyVersion>.Verb { get; } = new("generate_version", OperationClass.AdminWrite);

    Demand IOperation<KeyVersion>.Demand => Demand.On(Permission.VersionsCreate, Name.Parent);

    void IOperation<KeyVersion>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Parent.Project.Value;
    }

    async ValueTask<Outcome<KeyVersion>> IOperation<KeyVersion>.RunAsync(Passage passage)
    {
        if (!Find(passage.Snapshot, passage).TryGet(out var version, out var refusal)) return refusal;
        if (!(await NewVersions.MakeAsync(passage, version.Algorithm).ConfigureAwait(false))
            .TryGet(out var material, out refusal)) return refusal;
        using (material)
            return await passage.ChangeAsync(((IOperation<KeyVersion>)this).Demand,
                draft => Change(draft, passage, material)).ConfigureAwait(false);
    }

    private Outcome<KeyVersion> Find(Snapshot snapshot, Passage passage)
    {
        if (snapshot.Find(Name) is not { } version) return KeyRefusals.NotFound(Name);
        if (AlteredRows.Refuse(snapshot, version) is { } altered) return altered;
        return passage.Caller.Type == Caller.SystemType
            && VersionLife.After(version.State, VersionEvent.Generated) is not null
                ? version
                : KeyRefusals.Precondition(Name, $"{Name} does not wait for its material.");
    }

    private Outcome<KeyVersion> Change(ChangeDraft draft, Passage passage, IFreshMaterial material)
    {
        if (!Find(draft.Snapshot, passage).TryGet(out var pending, out var refusal)) return refusal;
        var version = NewVersions.PutHeld(draft, pending, material);
        draft.Record.Changed("state", KeyRefusals.Label(pending.State), KeyRefusals.Label(version.State));
        return version;
    }
}
