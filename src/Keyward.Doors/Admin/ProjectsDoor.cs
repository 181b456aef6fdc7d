using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Projects;
using Project = Keyward.Protos.V1.Project;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Projects.</summary>
internal sealed class ProjectsDoor(Gate gate) : Projects.ProjectsBase
{
    private static readonly Refusal BadId = new(RefusalReason.InvalidArgument,
        "A project's id has 1 to 63 lower-case letters, digits and hyphens and begins with a letter.");

    public override Task<Project> CreateProject(CreateProjectRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Vault.Projects.Project>> operation =
            ProjectId.TryParse(request.Id, out var id) ? new CreateProject(id) : BadId;
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<Project> GetProject(GetProjectRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Vault.Projects.Project>> operation =
            TryParse(request.Name, out var id) ? new GetProject(id) : BadId;
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<ListProjectsResponse> ListProjects(ListProjectsRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new ListProjects(),
            projects => new ListProjectsResponse { Projects = { projects.Select(Show) } });

    public override Task<RotateProjectKeyResponse> RotateProjectKey(
        RotateProjectKeyRequest request, ServerCallContext context)
    {
        Outcome<IOperation<ProjectKeyRotation>> operation =
            TryParse(request.Name, out var id) ? new RotateProjectKey(id, request.Continue) : BadId;
        return gate.PassAsync(context, operation, r => new RotateProjectKeyResponse { Remaining = r.Remaining });
    }

    /// <summary><c>projects/ID</c>.</summary>
    internal static bool TryParse(string name, out ProjectId id)
    {
        id = default;
        return name.StartsWith("projects/", StringComparison.Ordinal)
            && ProjectId.TryParse(name["projects/".Length..], out id);
    }

    private static Project Show(Vault.Projects.Project project) => new()
    {
        Name = project.Id.FullName,
        Id = project.Id.Value,
        Account = project.Account,
        CreateTime = project.CreateTime.ToTimestamp(),
    };
}
