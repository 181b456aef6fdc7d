using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Gate;
using Keyward.Vault.Groups;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Groups.</summary>
internal sealed class GroupsDoor(Gate gate) : Protos.V1.Groups.GroupsBase
{
    public override Task<Group> CreateGroup(CreateGroupRequest request, ServerCallContext context)
    {
        Outcome<IOperation<PrincipalGroup>> operation =
            Parents.Parse(request.Parent).TryGet(out var project, out var bad)
                ? new CreateGroup(project, request.Name, request.Description, [.. request.Members])
                : bad;
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<Group> UpdateGroup(UpdateGroupRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new UpdateGroup(request.Email, [.. request.AddMembers], [.. request.RemoveMembers])
        {
            Description = request.HasDescription ? request.Description : null,
        }, Show);

    public override Task<Group> DeleteGroup(DeleteGroupRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new DeleteGroup(request.Email), Show);

    public override Task<Group> GetGroup(GetGroupRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new GetGroup(request.Email), Show);

    public override Task<ListGroupsResponse> ListGroups(ListGroupsRequest request, ServerCallContext context)
    {
        Outcome<IOperation<IReadOnlyList<PrincipalGroup>>> operation =
            Parents.Parse(request.Parent).TryGet(out var project, out var bad) ? new ListGroups(project) : bad;
        return gate.PassAsync(
            context, operation, groups => new ListGroupsResponse { Groups = { groups.Select(Show) } });
    }

    private static Group Show(PrincipalGroup group) => new()
    {
        Email = group.Email,
        Project = group.Project?.Value ?? "",
        Name = group.Name,
        Description = group.Description,
        Members = { group.Members },
        Member = group.Member,
        Revision = group.Revision,
        CreateTime = group.CreateTime.ToTimestamp(),
    };
}
