using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Imports;

/// <summary>Which form of the wrapping key is asked for.</summary>
public enum WrappingKeyForm
{
    /// <summary>SubjectPublicKeyInfo of an RSA key, the bare bytes of the others.</summary>
    Usual = 0,
    SubjectPublicKeyInfo = 1,
    RawMlKem = 2,
    RawXWing = 3,
}

/// <summary>A form that the job's kind of key does not have is refused.</summary>
public sealed record GetImportJob(ImportJobName Name, WrappingKeyForm Form = WrappingKeyForm.Usual)
    : IOperation<ImportJob>
{
    Verb IOperation<ImportJob>.Verb { get; } = new("get_import_job", OperationClass.AdminRead);

    Demand IOperation<ImportJob>.Demand => Demand.On(Permission.ImportJobsGet, Name);

    void IOperation<ImportJob>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    ValueTask<Outcome<ImportJob>> IOperation<ImportJob>.RunAsync(Passage passage)
    {
        if (passage.Snapshot.Find(Name) is not { } job) return new(KeyRefusals.NotFound(Name));
        var usual = job.IsRsa ? WrappingKeyForm.SubjectPublicKeyInfo
            : job.Method == ImportMethod.HpkeXWing ? WrappingKeyForm.RawXWing
            : WrappingKeyForm.RawMlKem;
        return new(Form == WrappingKeyForm.Usual || Form == usual
            ? job
            : KeyRules.Invalid("The job's wrapping key does not have this format."));
    }
}

public sealed record ListImportJobs(KeyRingName Parent, PageRequest<ImportJob> Page) : IOperation<Page<ImportJob>>
{
    Verb IOperation<Page<ImportJob>>.Verb { get; } = new("list_import_jobs", OperationClass.AdminRead);

    Demand IOperation<Page<ImportJob>>.Demand => Demand.On(Permission.ImportJobsList, Parent);

    void IOperation<Page<ImportJob>>.Describe(RecordDraft draft)
    {
        draft.Resource = Parent + "/importJobs";
        draft.Project = Parent.Project.Value;
    }

    ValueTask<Outcome<Page<ImportJob>>> IOperation<Page<ImportJob>>.RunAsync(Passage passage)
    {
        if (passage.Snapshot.Find(Parent) is not { } ring) return new(KeyRefusals.NotFound(Parent));
        return new(Paging.Cut(passage, Parent + "/importJobs", Page, ring.ImportJobs.After, j => j.Name.Job,
            ring.ImportJobs.Count));
    }
}
