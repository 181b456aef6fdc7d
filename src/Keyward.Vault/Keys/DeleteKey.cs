using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Takes away, for ever, a key that has no versions left. Its name stays taken: a retired resource stands for
/// it.</summary>
public sealed record DeleteKey(KeyName Name) : IOperation<Deletion>
{
    Verb IOperation<Deletion>.Verb { get; } = new("delete_key", OperationClass.AdminWrite);

    Demand IOperation<Deletion>.Demand => Demand.On(Permission.CryptoKeysDelete, Name);

    void IOperation<Deletion>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    ValueTask<Outcome<Deletion>> IOperation<Deletion>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<Deletion>)this).Demand, Change);

    private Outcome<Deletion> Change(ChangeDraft draft)
    {
        if (draft.Snapshot.Find(Name) is not { } entry) return KeyRefusals.NotFound(Name);
        if (entry.Versions.Length > 0)
            return KeyRefusals.Precondition(Name, $"{Name} has versions still: destroy and delete them first.");
        draft.Put(entry.Key with { DeleteTime = draft.Now, NextRotationTime = null, RotationPeriod = null });
        draft.Record.Changed("delete_time", null, draft.Now.ToString("O"));
        return new Deletion(Name, null, entry.Key.RetiredName);
    }
}
