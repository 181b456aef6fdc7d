using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.CustomRoles;

/// <summary>Makes a role of a project's own, or of the deployment's.</summary>
public sealed record CreateRole(
    ProjectId? Project, string Id, string Title, string Description, IReadOnlyList<string> Permissions)
    : IOperation<CustomRole>
{
    /// <summary>Google's limit for a project.</summary>
    private const int MaximumRoles = 300;

    public RoleStage Stage { get; init; } = RoleStage.GenerallyAvailable;

    private string Name => RoleNames.Of(Project, Id);

    Verb IOperation<CustomRole>.Verb { get; } = new("create_role", OperationClass.AdminWrite);

    Demand IOperation<CustomRole>.Demand => RoleNames.On(Permission.RolesCreate, Project, Name);

    void IOperation<CustomRole>.Describe(RecordDraft draft)
    {
        draft.Resource = Name;
        draft.Project = Project?.Value;
    }

    ValueTask<Outcome<CustomRole>> IOperation<CustomRole>.RunAsync(Passage passage)
    {
        if (!RoleNames.IsValidId(Id))
            return new(PolicyRules.Invalid("A role's id has 3 to 64 letters, digits, underscores and periods."));
        return PutRole.Judge(Title, Description, Permissions) is { } refusal
            ? new(refusal)
            : passage.ChangeAsync(((IOperation<CustomRole>)this).Demand, draft => Change(draft, passage.Caller));
    }

    private Outcome<CustomRole> Change(ChangeDraft draft, Caller caller)
    {
        if (Project is { } project && draft.Snapshot.Find(project) is null)
            return new Refusal(RefusalReason.NotFound, $"Project {project} not found.", project.FullName);
        if (draft.Snapshot.CustomRoles.ContainsKey(Name))
            return new Refusal(RefusalReason.AlreadyExists, $"Role {Name} already exists.", Name);
        if (draft.Snapshot.CustomRoles.Values.Count(r => r.Project == Project) >= MaximumRoles)
            return new Refusal(RefusalReason.QuotaExceeded, $"There are at most {MaximumRoles} roles here.", Name);
        return PutRole.Put(draft, null, new CustomRole(
            Name, Title, Description, Permissions, Stage, StandingState.Active, draft.Now, 0), caller);
    }
}
