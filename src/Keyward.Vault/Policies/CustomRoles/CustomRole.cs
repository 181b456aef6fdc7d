using System.Text.Json;
using Keyward.Vault.Identities;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.CustomRoles;

/// <summary>How mature a role is, in Google's words and numbers (google.iam.admin.v1.Role.RoleLaunchStage). A disabled
/// role confers nothing.</summary>
public enum RoleStage
{
    Alpha = 0,
    Beta = 1,
    GenerallyAvailable = 2,
    Deprecated = 4,
    Disabled = 5,
    EarlyAccess = 6,
}

/// <summary>A role of a project's or the deployment's own making: <c>projects/P/roles/ID</c>,
/// <c>deployment/roles/ID</c>. Deleted is a state of the row.</summary>
public sealed record CustomRole(
    string Name, string Title, string Description, IReadOnlyList<string> Permissions, RoleStage Stage,
    StandingState State, DateTimeOffset CreateTime, long Revision)
{
    internal long Seq { get; init; }

    /// <summary>What it confers: nothing once it is disabled or deleted.</summary>
    internal PermissionMask Mask { get; } = State != StandingState.Active || Stage == RoleStage.Disabled
        ? PermissionMask.None : Permissions.Aggregate(PermissionMask.None, (mask, name) =>
            PermissionNames.TryParse(name, out var permission)
                ? mask | PermissionMask.Of(permission) | Actions.FinerThan(permission)
                : mask);

    /// <summary>The project whose role it is; null for the deployment's.</summary>
    public ProjectId? Project => ProjectOf(Name);

    public static bool IsName(string name) => RoleNames.TryParse(name, out _);

    /// <summary>Whether it may be bound at a place: a project's role in that project, the deployment's
    /// anywhere.</summary>
    internal static bool FitsAt(string name, ProjectId? project) =>
        name.StartsWith("deployment/roles/", StringComparison.Ordinal)
        || (project is { } p && name.StartsWith(p.FullName + "/roles/", StringComparison.Ordinal));

    internal static ProjectId? ProjectOf(string name) =>
        name.Split('/') is ["projects", var id, "roles", _] && ProjectId.TryParse(id, out var project) ? project : null;

    internal Cell[] ToCells() =>
    [
        Name, Title, Description, JsonSerializer.Serialize(Permissions, TextListJson.Default.IReadOnlyListString),
        (long)Stage, (long)State, Micros.Of(CreateTime), Revision,
    ];

    internal static CustomRole Parse(Row row)
    {
        var cells = new RowReader(row);
        return new CustomRole(cells.Text(), cells.Text(), cells.Text(), TextListJson.Parse(cells.Text()),
            (RoleStage)cells.Int32(), (StandingState)cells.Int32(), cells.Time(), cells.Integer()) { Seq = row.Seq };
    }
}
