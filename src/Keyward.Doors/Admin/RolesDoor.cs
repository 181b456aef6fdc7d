using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies.CustomRoles;
using RoleStage = Keyward.Protos.V1.RoleStage;
using Stage = Keyward.Vault.Policies.CustomRoles.RoleStage;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Roles.</summary>
internal sealed class RolesDoor(Gate gate) : Roles.RolesBase
{
    private static readonly Refusal BadName = new(RefusalReason.InvalidArgument,
        "A custom role's name has the form projects/P/roles/ID or deployment/roles/ID.");

    public override Task<Role> CreateRole(CreateRoleRequest request, ServerCallContext context)
    {
        Outcome<IOperation<CustomRole>> operation = Parents.Parse(request.Parent).TryGet(out var project, out var bad)
            ? new CreateRole(project, request.Id, request.Title, request.Description, [.. request.Permissions])
            : bad;
        return gate.PassAsync(context, operation, role => Show(RoleView.Of(role)));
    }

    public override Task<Role> UpdateRole(UpdateRoleRequest request, ServerCallContext context)
    {
        Outcome<IOperation<CustomRole>> operation = CustomRole.IsName(request.Name)
            ? new UpdateRole(request.Name)
            {
                Title = request.HasTitle ? request.Title : null,
                Description = request.HasDescription ? request.Description : null,
                Add = [.. request.AddPermissions],
                Remove = [.. request.RemovePermissions],
                Stage = request.HasStage ? (Stage)request.Stage : null,
            }
            : BadName;
        return gate.PassAsync(context, operation, role => Show(RoleView.Of(role)));
    }

    public override Task<Role> DeleteRole(DeleteRoleRequest request, ServerCallContext context)
    {
        Outcome<IOperation<CustomRole>> operation =
            CustomRole.IsName(request.Name) ? new DeleteRole(request.Name) : BadName;
        return gate.PassAsync(context, operation, role => Show(RoleView.Of(role)));
    }

    public override Task<Role> GetRole(GetRoleRequest request, ServerCallContext context)
    {
        Outcome<IOperation<RoleView>> operation =
            request.Name.StartsWith("roles/", StringComparison.Ordinal) || CustomRole.IsName(request.Name)
                ? new GetRole(request.Name)
                : BadName;
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<ListRolesResponse> ListRoles(ListRolesRequest request, ServerCallContext context)
    {
        Outcome<IOperation<IReadOnlyList<RoleView>>> operation =
            Parents.Parse(request.Parent).TryGet(out var project, out var bad) ? new ListRoles(project) : bad;
        return gate.PassAsync(context, operation, roles => new ListRolesResponse { Roles = { roles.Select(Show) } });
    }

    private static Role Show(RoleView view) => new()
    {
        Name = view.Name,
        Title = view.Title,
        Description = view.Description,
        Permissions = { view.Permissions },
        Stage = (RoleStage)view.Stage,
        Revision = view.Revision,
    };
}
