using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Names;

namespace Keyward.Vault.Policies.CustomRoles;

/// <summary>A role as it is shown, predefined or custom.</summary>
/// <param name="Revision">0 for predefined ones, which never change.</param>
public sealed record RoleView(
    string Name, string Title, string Description, IReadOnlyList<string> Permissions, RoleStage Stage, long Revision)
{
    public static RoleView Of(CustomRole role) => new(
        role.Name, role.Title, role.Description, role.Permissions, role.Stage, role.Revision);

    public static RoleView Of(string predefined) => new(predefined, predefined["roles/".Length..], "",
        [.. Roles.PermissionsOf(predefined).Select(p => p.Name())], RoleStage.GenerallyAvailable, 0);
}

/// <summary>One role. The predefined ones are no secret; a custom one is a right.</summary>
public sealed record GetRole(string Name) : IOperation<RoleView>
{
    Verb IOperation<RoleView>.Verb { get; } = new("get_role", OperationClass.AdminRead);

    Demand IOperation<RoleView>.Demand =>
        Roles.IsCustom(Name) ? RoleNames.On(Permission.RolesGet, Name) : Demand.None(Name);

    void IOperation<RoleView>.Describe(RecordDraft draft) => draft.Resource = Name;

    ValueTask<Outcome<RoleView>> IOperation<RoleView>.RunAsync(Passage passage)
    {
        if (!Roles.IsCustom(Name)) return new(Roles.Exists(Name) ? RoleView.Of(Name) : RoleNames.NotFound(Name));
        return new(passage.Snapshot.CustomRoles.TryGetValue(Name, out var role) && role.State == StandingState.Active
            ? RoleView.Of(role)
            : RoleNames.NotFound(Name));
    }
}

/// <summary>The roles that can be bound at a place: the predefined ones, the deployment's, and the project's
/// own.</summary>
public sealed record ListRoles(ProjectId? Project) : IOperation<IReadOnlyList<RoleView>>
{
    Verb IOperation<IReadOnlyList<RoleView>>.Verb { get; } = new("list_roles", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<RoleView>>.Demand =>
        RoleNames.On(Permission.RolesList, Project, $"{Project?.FullName ?? "deployment"}/roles");

    void IOperation<IReadOnlyList<RoleView>>.Describe(RecordDraft draft) =>
        draft.Resource = $"{Project?.FullName ?? "deployment"}/roles";

    ValueTask<Outcome<IReadOnlyList<RoleView>>> IOperation<IReadOnlyList<RoleView>>.RunAsync(Passage passage) => new(
        Roles.All.Order().Select(RoleView.Of).Concat(passage.Snapshot.CustomRoles.Values
            .Where(r => r.State == StandingState.Active && CustomRole.FitsAt(r.Name, Project))
            .OrderBy(r => r.Name, StringComparer.Ordinal).Select(RoleView.Of)).ToArray());
}
