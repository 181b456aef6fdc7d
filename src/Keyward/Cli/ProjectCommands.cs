using System.CommandLine;
using System.Text.Json.Nodes;
using Google.Cloud.Location;
using Keyward.Protos.V1;

namespace Keyward.Cli;

internal static class ProjectCommands
{
    private static readonly Argument<string> Id = Commands.Name("id", "The project's id.");

    public static Command Build() => Commands.Group("project", "Projects: tenants, each an AWS account too.",
        Commands.Make("create", "Make a project; you become its owner.", ["keyward project create payments"],
            "gcloud projects create", CreateAsync, Id, KeyRingCommands.IfNotExists),
        Commands.Make("list", "List all projects.", ["keyward project list"], "gcloud projects list",
            async s => s.Output.WriteList((await s.Server.Projects.ListProjectsAsync(
                new ListProjectsRequest(), cancellationToken: s.Cancellation)).Projects, "", "id", "account",
                    "createTime")),
        Commands.Make("describe", "Show a project.", ["keyward project describe payments"], "gcloud projects describe",
            async s => s.Output.Write(await Get(s)), Id),
        Commands.Make("rotate-key", "Seal the project's key material by a new project key; the old one is erased.",
            ["keyward project rotate-key payments"], null, RotateKeyAsync, Id));

    public static Command BuildLocation() => Commands.Group("location", "Locations (regions) that the server serves.",
        Commands.Make("list", "List them.", ["keyward location list"], "gcloud kms locations list",
            async s => s.Output.WriteList((await s.Server.Locations.ListLocationsAsync(
                new ListLocationsRequest { Name = "projects/" + s.Settings.Project },
                cancellationToken: s.Cancellation)).Locations, "", "locationId", "name")));

    private static Grpc.Core.AsyncUnaryCall<Project> Get(Session session) => session.Server.Projects.GetProjectAsync(
        new GetProjectRequest { Name = "projects/" + session.Get(Id) }, cancellationToken: session.Cancellation);

    /// <summary>Call by call, each of which seals some rows: what a lost connection leaves is the next run's.</summary>
    private static async Task RotateKeyAsync(Session session)
    {
        var request = new RotateProjectKeyRequest { Name = "projects/" + session.Get(Id) };
        RotateProjectKeyResponse answer;
        do
        {
            answer = await session.Server.Projects.RotateProjectKeyAsync(
                request, cancellationToken: session.Cancellation);
            request.Continue = true;
        }
        while (answer.Remaining > 0);
        session.Output.Write(new JsonObject { ["project"] = request.Name, ["remaining"] = answer.Remaining });
    }

    private static async Task CreateAsync(Session session) => session.Output.Write(await Existing.OrMadeAsync(session,
        session.Get(KeyRingCommands.IfNotExists),
        () => session.Server.Projects.CreateProjectAsync(
            new CreateProjectRequest { Id = session.Get(Id) }, cancellationToken: session.Cancellation),
        () => Get(session)).ConfigureAwait(false));
}
