using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Sets a key's description, a text for people.</summary>
public sealed record SetDescription(KeyName Name, string Description) : IOperation<Key>
{
    public const int MaximumLength = 8_192;

    Verb IOperation<Key>.Verb { get; } = new("set_key_description", OperationClass.AdminWrite);

    Demand IOperation<Key>.Demand => Demand.On(Permission.CryptoKeysUpdateDescription, Name);

    void IOperation<Key>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    ValueTask<Outcome<Key>> IOperation<Key>.RunAsync(Passage passage) => Description.Length > MaximumLength
        ? new(KeyRules.Invalid($"A description has at most {MaximumLength} characters."))
        : passage.ChangeAsync(((IOperation<Key>)this).Demand, Change);

    private Outcome<Key> Change(ChangeDraft draft)
    {
        if (draft.Snapshot.Find(Name) is not { } entry) return KeyRefusals.NotFound(Name);
        if (KeyRefusals.JudgeState(entry.Key, draft.Now) is { } going) return going;
        if (entry.Key.Description == Description) return entry.Key;
        var changed = entry.Key with { Description = Description };
        draft.Put(changed);
        draft.Record.Changed("description", entry.Key.Description, Description);
        return changed;
    }
}
