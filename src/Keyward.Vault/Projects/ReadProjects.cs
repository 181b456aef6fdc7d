using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Projects;

public sealed record GetProject(ProjectId Id) : IOperation<Project>
{
    Verb IOperation<Project>.Verb { get; } = new("get_project", OperationClass.AdminRead);

    Demand IOperation<Project>.Demand => Demand.On(Permission.ProjectsGet, Id);

    void IOperation<Project>.Describe(RecordDraft draft)
    {
        draft.Resource = Id.FullName;
        draft.Project = Id.Value;
    }

    ValueTask<Outcome<Project>> IOperation<Project>.RunAsync(Passage passage) => new(
        passage.Snapshot.Find(Id) is { } entry
            ? entry.Project
            : new Refusal(RefusalReason.NotFound, $"Project {Id} not found.", Id.FullName));
}

/// <summary>All projects: a right of the deployment's administrator.</summary>
public sealed record ListProjects : IOperation<IReadOnlyList<Project>>
{
    Verb IOperation<IReadOnlyList<Project>>.Verb { get; } = new("list_projects", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<Project>>.Demand => Demand.OnDeployment(Permission.ProjectsList);

    void IOperation<IReadOnlyList<Project>>.Describe(RecordDraft draft) => draft.Resource = "projects";

    ValueTask<Outcome<IReadOnlyList<Project>>> IOperation<IReadOnlyList<Project>>.RunAsync(Passage passage) =>
        new(passage.Snapshot.Projects.After(null).Select(p => p.Project).ToArray());
}
