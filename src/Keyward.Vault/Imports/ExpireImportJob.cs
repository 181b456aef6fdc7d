using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Imports;

/// <summary>Erases the private half of a job's wrapping key when its time is over. The job is refused from then on
/// whether or not this has run. Only the server's own job does it.</summary>
public sealed record ExpireImportJob(ImportJobName Name) : IOperation<ImportJob>
{
    Verb IOperation<ImportJob>.Verb { get; } = new("expire_import_job", OperationClass.AdminWrite);

    Demand IOperation<ImportJob>.Demand => Demand.On(Permission.ImportJobsCreate, Name.Parent);

    void IOperation<ImportJob>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    async ValueTask<Outcome<ImportJob>> IOperation<ImportJob>.RunAsync(Passage passage)
    {
        var outcome = await passage.ChangeAsync(((IOperation<ImportJob>)this).Demand,
            draft => Change(draft, passage.Caller)).ConfigureAwait(false);
        if (outcome.TryGet(out var job, out _)) passage.Vault.Keystore.Forget(job.Id, 1);
        return outcome;
    }

    private Outcome<ImportJob> Change(ChangeDraft draft, Caller caller)
    {
        if (draft.Snapshot.Find(Name) is not { } job) return KeyRefusals.NotFound(Name);
        if (caller.Type != Caller.SystemType || job.StateAt(draft.Now) != ImportJobState.Expired
            || job.ExpireEventTime is not null)
            return KeyRefusals.Precondition(Name, $"{Name} is not due to expire.");
        var expired = job with { PrivateKey = null, ExpireEventTime = draft.Now };
        draft.Put(expired);
        draft.Record.Changed("state", "ACTIVE", "EXPIRED");
        return expired;
    }
}
