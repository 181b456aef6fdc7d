using Keyward.Vault.Gate;
using Keyward.Vault.Names;

namespace Keyward.Vault.Policies.CustomRoles;

/// <summary>Names of custom roles, and where the right to them is held.</summary>
internal static class RoleNames
{
    /// <summary>IAM, "Create and manage custom roles": 3 to 64 letters, digits, underscores and periods.</summary>
    public static bool IsValidId(string id) => id.Length is >= 3 and <= 64
        && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.');

    public static string Of(ProjectId? project, string id) => $"{project?.FullName ?? "deployment"}/roles/{id}";

    public static bool TryParse(string name, out ProjectId? project)
    {
        project = null;
        if (name.Split('/') is ["deployment", "roles", var id]) return IsValidId(id);
        if (name.Split('/') is not ["projects", var p, "roles", var own] || !ProjectId.TryParse(p, out var parsed))
            return false;
        project = parsed;
        return IsValidId(own);
    }

    public static Demand On(Permission permission, string name) => On(permission, CustomRole.ProjectOf(name), name);

    public static Demand On(Permission permission, ProjectId? project, string resource) => project is { } id
        ? Demand.On(permission, id, resource)
        : Demand.OnDeployment(permission, resource);

    public static Refusal NotFound(string name) =>
        new(RefusalReason.NotFound, $"Role {name} not found.", name);
}
