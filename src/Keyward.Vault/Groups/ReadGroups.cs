using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Groups;

public sealed record GetGroup(string Email) : IOperation<PrincipalGroup>
{
    Verb IOperation<PrincipalGroup>.Verb { get; } = new("get_group", OperationClass.AdminRead);

    Demand IOperation<PrincipalGroup>.Demand => GroupNames.On(Permission.GroupsGet, Email);

    void IOperation<PrincipalGroup>.Describe(RecordDraft draft) => draft.Resource = GroupNames.Of(Email);

    ValueTask<Outcome<PrincipalGroup>> IOperation<PrincipalGroup>.RunAsync(Passage passage) => new(
        passage.Snapshot.Groups.TryGetValue(Email, out var group) && group.State == StandingState.Active
            ? group
            : GroupNames.NotFound(Email));
}

/// <summary>The groups of a project, or of the deployment itself.</summary>
public sealed record ListGroups(ProjectId? Project) : IOperation<IReadOnlyList<PrincipalGroup>>
{
    private string Resource => $"{Project?.FullName ?? "deployment"}/groups";

    Verb IOperation<IReadOnlyList<PrincipalGroup>>.Verb { get; } = new("list_groups", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<PrincipalGroup>>.Demand =>
        GroupNames.On(Permission.GroupsList, Project, Resource);

    void IOperation<IReadOnlyList<PrincipalGroup>>.Describe(RecordDraft draft) => draft.Resource = Resource;

    ValueTask<Outcome<IReadOnlyList<PrincipalGroup>>> IOperation<IReadOnlyList<PrincipalGroup>>.RunAsync(
        Passage passage) => new(passage.Snapshot.Groups.Values
            .Where(g => g.Project == Project && g.State == StandingState.Active)
            .OrderBy(g => g.Email, StringComparer.Ordinal).ToArray());
}
