using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Takes an alias away; its key stays as it is.</summary>
/// <param name="Target">The key that the alias names, by the caller's look-up: the right is held there.</param>
public sealed record DeleteAlias(AliasName Name, KeyName Target) : IOperation<Done>
{
    Verb IOperation<Done>.Verb { get; } = new("delete_alias", OperationClass.AdminWrite);

    Demand IOperation<Done>.Demand => Demand.On(Permission.AliasesDelete, Target);

    void IOperation<Done>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Parent.Project.Value;
    }

    ValueTask<Outcome<Done>> IOperation<Done>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<Done>)this).Demand, draft => Change(draft, passage));

    private Outcome<Done> Change(ChangeDraft draft, Passage passage)
    {
        var onAlias = Demand.On(Permission.AliasesDelete, Name, Target);
        if (passage.Refuse(draft.Snapshot, onAlias) is { } denied) return denied;
        if (KeyAliases.Find(draft.Snapshot, Name) is not { } alias || alias.Key != Target)
            return KeyAliases.NotFound(Name);
        draft.Put(alias with { IsDeleted = true, UpdateTime = draft.Now });
        draft.Record.Changed("target", alias.TargetName, null);
        return new Done();
    }
}
