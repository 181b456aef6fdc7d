using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Automation;

/// <summary>How the server's own jobs stand on this node.</summary>
public sealed record ListJobs : IOperation<IReadOnlyList<JobStatus>>
{
    Verb IOperation<IReadOnlyList<JobStatus>>.Verb { get; } = new("list_jobs", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<JobStatus>>.Demand => Demand.OnDeployment(Permission.StatusGet);

    void IOperation<IReadOnlyList<JobStatus>>.Describe(RecordDraft draft) => draft.Resource = "jobs";

    ValueTask<Outcome<IReadOnlyList<JobStatus>>> IOperation<IReadOnlyList<JobStatus>>.RunAsync(Passage passage) =>
        new(passage.Jobs.Statuses.ToArray());
}
