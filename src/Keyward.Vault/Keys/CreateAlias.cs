using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Gives a key one more name in its location.</summary>
public sealed record CreateAlias(AliasName Name, KeyName Target) : IOperation<Alias>
{
    /// <summary>The version that it is pinned to, if so.</summary>
    public int? Version { get; init; }

    Verb IOperation<Alias>.Verb { get; } = new("create_alias", OperationClass.AdminWrite);

    Demand IOperation<Alias>.Demand => Demand.On(Permission.AliasesCreate, Target);

    void IOperation<Alias>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Parent.Project.Value;
    }

    ValueTask<Outcome<Alias>> IOperation<Alias>.RunAsync(Passage passage)
    {
        if (!KeyAliases.IsValid(Name.Alias) || Target.Parent.Parent != Name.Parent)
            return new(new Refusal(RefusalReason.InvalidArgument,
                "An alias has 1 to 250 letters, digits, slashes, underscores and hyphens, and names a key of its " +
                "own location.", Name.ToString()));
        return passage.ChangeAsync(((IOperation<Alias>)this).Demand, draft => Change(draft, passage));
    }

    private Outcome<Alias> Change(ChangeDraft draft, Passage passage)
    {
        var onAlias = Demand.On(Permission.AliasesCreate, Name, Target);
        if (passage.Refuse(draft.Snapshot, onAlias) is { } denied) return denied;
        if (draft.Snapshot.Find(Target) is not { } entry) return KeyRefusals.NotFound(Target);
        if (KeyAliases.Find(draft.Snapshot, Name) is not null) return KeyRefusals.AlreadyExists(Name);
        if (KeyAliases.JudgeTarget(draft.Snapshot, entry.Key, draft.Now) is { } refusal) return refusal;
        if (KeyAliases.JudgeVersion(entry, Version, draft.Now) is { } missing) return missing;
        var alias = new Alias(Name, Target, draft.Now, draft.Now) { Version = Version };
        draft.Put(alias);
        draft.Record.Changed("target", null, alias.TargetName);
        return alias;
    }
}
