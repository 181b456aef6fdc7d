using System.Globalization;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Projects;

/// <summary>Makes a project; its creator becomes its owner, as at Google.</summary>
public sealed record CreateProject(ProjectId Id) : IOperation<Project>
{
    Verb IOperation<Project>.Verb { get; } = new("create_project", OperationClass.AdminWrite);

    Demand IOperation<Project>.Demand => Demand.OnDeployment(Permission.ProjectsCreate);

    void IOperation<Project>.Describe(RecordDraft draft)
    {
        draft.Resource = Id.FullName;
        draft.Project = Id.Value;
    }

    ValueTask<Outcome<Project>> IOperation<Project>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<Project>)this).Demand, draft => Change(draft, passage.Caller));

    private Outcome<Project> Change(ChangeDraft draft, Caller caller)
    {
        if (draft.Snapshot.Find(Id) is not null)
            return new Refusal(RefusalReason.AlreadyExists, $"Project {Id} already exists.", Id.FullName);
        var last = draft.Snapshot.Projects.After(null)
            .Max(p => long.Parse(p.Project.Account, CultureInfo.InvariantCulture));
        var project = NewProjects.Put(draft, Id, (last +
            1).ToString("d12", CultureInfo.InvariantCulture), caller.Email);
        draft.Record.Changed("account", null, project.Account);
        return project;
    }
}
