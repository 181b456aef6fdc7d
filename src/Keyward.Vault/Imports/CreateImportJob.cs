using System.Security.Cryptography;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Imports;

/// <summary>Makes an import job. Its wrapping key is there at once where one was ready; otherwise the job is pending,
/// and the server makes the key by itself.</summary>
public sealed record CreateImportJob(ImportJobName Name, ImportMethod Method) : IOperation<ImportJob>
{
    /// <summary>A guard against a loop that makes jobs without end.</summary>
    private const int MaximumJobs = 10_000;

    /// <summary>A request waits this long for a key that is being made.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    Verb IOperation<ImportJob>.Verb { get; } = new("create_import_job", OperationClass.AdminWrite);

    Demand IOperation<ImportJob>.Demand => Demand.On(Permission.ImportJobsCreate, Name.Parent);

    void IOperation<ImportJob>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
        draft.Parameter("import_method", Method.ToString());
    }

    async ValueTask<Outcome<ImportJob>> IOperation<ImportJob>.RunAsync(Passage passage)
    {
        if (!ResourceId.IsValid(Name.Job)) return KeyRefusals.BadId;
        if (Method == ImportMethod.Unspecified) return KeyRules.Invalid("An import job needs an import method.");
        if (Judge(passage.Snapshot) is { } refusal) return refusal;
        using var material = await passage.Vault.Keystore.GenerateAsync(ImportMethods.PairOf(Method), Patience)
            .ConfigureAwait(false);
        return await passage.ChangeAsync(((IOperation<ImportJob>)this).Demand, draft => Change(draft, material))
            .ConfigureAwait(false);
    }

    private Refusal? Judge(Snapshot snapshot)
    {
        if (snapshot.Find(Name.Parent) is not { } ring) return KeyRefusals.NotFound(Name.Parent);
        if (ring.ImportJobs.Find(Name.Job) is not null) return KeyRefusals.AlreadyExists(Name);
        return ring.ImportJobs.Count >= MaximumJobs
            ? new Refusal(RefusalReason.QuotaExceeded, "The key ring has as many import jobs as one can have.",
                Name.Parent.ToString())
            : null;
    }

    private Outcome<ImportJob> Change(ChangeDraft draft, IFreshMaterial? material)
    {
        if (Judge(draft.Snapshot) is { } refusal) return refusal;
        var job = new ImportJob
        {
            Name = Name,
            Id = new Guid(RandomNumberGenerator.GetBytes(16)),
            Method = Method,
            ProtectionLevel = ProtectionLevel.Software,
            CreateTime = draft.Now,
            CreatedBy = draft.By,
            ExpireTime = draft.Now + ImportJob.Lifetime,
        };
        if (material is not null) job = job.WithKey(draft, material);
        draft.Put(job);
        return job;
    }
}

/// <summary>Gives a pending job its wrapping key. Only the server's own job does.</summary>
public sealed record MakeWrappingKey(ImportJobName Name) : IOperation<ImportJob>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    Verb IOperation<ImportJob>.Verb { get; } = new("make_wrapping_key", OperationClass.AdminWrite);

    Demand IOperation<ImportJob>.Demand => Demand.On(Permission.ImportJobsCreate, Name.Parent);

    void IOperation<ImportJob>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    async ValueTask<Outcome<ImportJob>> IOperation<ImportJob>.RunAsync(Passage passage)
    {
        if (passage.Snapshot.Find(Name) is not { } job) return KeyRefusals.NotFound(Name);
        using var material = await passage.Vault.Keystore.GenerateAsync(ImportMethods.PairOf(job.Method), Patience)
            .ConfigureAwait(false);
        if (material is null)
            return new Refusal(RefusalReason.Overloaded, "No wrapping key was made in time; it is tried again.");
        return await passage.ChangeAsync(((IOperation<ImportJob>)this).Demand,
            draft => Change(draft, passage.Caller, material)).ConfigureAwait(false);
    }

    private Outcome<ImportJob> Change(ChangeDraft draft, Caller caller, IFreshMaterial material)
    {
        if (draft.Snapshot.Find(Name) is not { } job) return KeyRefusals.NotFound(Name);
        if (caller.Type != Caller.SystemType || job.StateAt(draft.Now) != ImportJobState.PendingGeneration)
            return KeyRefusals.Precondition(Name, $"{Name} does not wait for its wrapping key.");
        var made = job.WithKey(draft, material);
        draft.Put(made);
        return made;
    }
}
