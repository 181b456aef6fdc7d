using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Points an alias to another key, or to another version of its key. New data goes there from now on, so the
/// right is needed on both keys and on the alias, and the record shows both ends.</summary>
public sealed record MoveAlias(AliasName Name, KeyName Target) : IOperation<Alias>
{
    /// <summary>The version that it is pinned to from now on; null for none.</summary>
    public int? Version { get; init; }

    Verb IOperation<Alias>.Verb { get; } = new("move_alias", OperationClass.AdminWrite);

    Demand IOperation<Alias>.Demand => Demand.On(Permission.AliasesUpdate, Target);

    void IOperation<Alias>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Parent.Project.Value;
    }

    ValueTask<Outcome<Alias>> IOperation<Alias>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<Alias>)this).Demand, draft => Change(draft, passage));

    private Outcome<Alias> Change(ChangeDraft draft, Passage passage)
    {
        if (KeyAliases.Find(draft.Snapshot, Name) is not { } alias) return KeyAliases.NotFound(Name);
        if (draft.Snapshot.Find(Target) is not { } entry || Target.Parent.Parent != Name.Parent)
            return KeyRefusals.NotFound(Target);
        if ((passage.Refuse(draft.Snapshot, Demand.On(Permission.AliasesUpdate, alias.Key))
            ?? passage.Refuse(draft.Snapshot, Demand.On(Permission.AliasesUpdate, Name, alias.Key))) is { } denied)
            return denied;
        if (KeyAliases.JudgeVersion(entry, Version, draft.Now) is { } missing) return missing;
        if (alias.Key == Target)
        {
            if (KeyRefusals.JudgeState(entry.Key, draft.Now) is { } resting) return resting;
            return alias.Version == Version ? alias : Put(draft, alias);
        }

        if (KeyAliases.JudgeTarget(draft.Snapshot, entry.Key, draft.Now) is { } refusal) return refusal;
        if (draft.Snapshot.Find(alias.Key) is { } old && old.Key.Purpose != entry.Key.Purpose)
            return new Refusal(RefusalReason.InvalidArgument,
                "An alias moves between keys of the same kind and purpose only.", Name.ToString());
        return Put(draft, alias);
    }

    private Alias Put(ChangeDraft draft, Alias alias)
    {
        var moved = alias with { Key = Target, Version = Version, UpdateTime = draft.Now };
        draft.Put(moved);
        draft.Record.Changed("target", alias.TargetName, moved.TargetName);
        return moved;
    }
}
