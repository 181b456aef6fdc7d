using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Groups;

/// <summary>Makes a group of a project's, or of the deployment's.</summary>
public sealed record CreateGroup(ProjectId? Project, string Name, string Description, IReadOnlyList<string> Members)
    : IOperation<PrincipalGroup>
{
    private const int MaximumGroups = 1_000;

    private string Resource => $"{Project?.FullName ?? "deployment"}/groups/{Name}";

    Verb IOperation<PrincipalGroup>.Verb { get; } = new("create_group", OperationClass.AdminWrite);

    Demand IOperation<PrincipalGroup>.Demand => GroupNames.On(Permission.GroupsCreate, Project, Resource);

    void IOperation<PrincipalGroup>.Describe(RecordDraft draft)
    {
        draft.Resource = Resource;
        draft.Project = Project?.Value;
    }

    ValueTask<Outcome<PrincipalGroup>> IOperation<PrincipalGroup>.RunAsync(Passage passage)
    {
        if (!GroupNames.IsValidName(Name))
            return new(PolicyRules.Invalid("A group's name has 1 to 30 lower-case letters, digits and hyphens and " +
                "begins with a letter."));
        return PutGroup.Judge(Description, Members) is { } refusal
            ? new(refusal)
            : passage.ChangeAsync(((IOperation<PrincipalGroup>)this).Demand, draft => Change(draft, passage.Caller));
    }

    private Outcome<PrincipalGroup> Change(ChangeDraft draft, Caller caller)
    {
        if (Project is { } project && draft.Snapshot.Find(project) is null)
            return new Refusal(RefusalReason.NotFound, $"Project {project} not found.", project.FullName);
        var email = PrincipalGroup.EmailOf(draft.Snapshot.Deployment!, Project, Name);
        // Policies may still name a group that was deleted: its e-mail must not come to mean another one.
        if (draft.Snapshot.Groups.ContainsKey(email))
            return new Refusal(RefusalReason.AlreadyExists, $"Group {email} already exists.", GroupNames.Of(email));
        if (draft.Snapshot.Groups.Values.Count(g => g.Project == Project) >= MaximumGroups)
            return new Refusal(
                RefusalReason.QuotaExceeded, $"There are at most {MaximumGroups} groups here.", Resource);
        return PutGroup.Put(draft, null, new PrincipalGroup(
            email, Project, Name, Description, Members, StandingState.Active, draft.Now, 0), caller);
    }
}
