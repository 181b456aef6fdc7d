using System.CommandLine;
using Keyward.Protos.V1;

namespace Keyward.Cli;

internal static class RoleCommands
{
    private static readonly Argument<string> RoleName = Commands.Name("role",
        "Such as roles/cloudkms.viewer; a custom role's id or full name.");

    private static readonly Option<string?> Title = Commands.Text("--title", "TEXT", "Its title.");

    private static readonly Option<string?> Description = Commands.Text("--description", "TEXT", "What it is for.");

    private static readonly Option<string[]> Permissions = Many("--permissions", "What it confers; comma-separated.");

    private static readonly Option<string[]> Add = Many("--add-permissions", "What it confers besides.");

    private static readonly Option<string[]> Remove = Many("--remove-permissions", "What it confers no more.");

    private static readonly Option<bool> OfDeployment = Commands.Flag("--deployment",
        "A role of the deployment's, for all projects.");

    public static Command Build() => Commands.Group("role", "Roles: what is conferred together.",
        Commands.Make("list", "List the predefined roles and a project's own.", ["keyward role list"],
            "gcloud iam roles list", async s => s.Output.WriteList((await s.Server.Roles.ListRolesAsync(
                new ListRolesRequest { Parent = Parent(s) }, cancellationToken: s.Cancellation)).Roles, "",
                "name", "title", "stage"), OfDeployment),
        Commands.Make("describe", "Show a role and what it confers.",
            ["keyward role describe roles/cloudkms.signer"], "gcloud iam roles describe",
            async s => s.Output.Write(await s.Server.Roles.GetRoleAsync(
                new GetRoleRequest { Name = Name(s) }, cancellationToken: s.Cancellation)), RoleName, OfDeployment),
        Commands.Make("create", "Make a role of a project's own.",
            ["keyward role create rotator --permissions cloudkms.cryptoKeyVersions.create,cloudkms.cryptoKeys.update"],
            "gcloud iam roles create", async s => s.Output.Write(await s.Server.Roles.CreateRoleAsync(
                new CreateRoleRequest
                {
                    Parent = Parent(s), Id = s.Get(RoleName), Title = s.Get(Title) ?? s.Get(RoleName),
                    Description = s.Get(Description) ?? "", Permissions = { Split(s.Get(Permissions)) },
                }, cancellationToken: s.Cancellation)), RoleName, Permissions, Title, Description, OfDeployment),
        Commands.Make("update", "Change a custom role.",
            ["keyward role update rotator --add-permissions cloudkms.cryptoKeys.get"], "gcloud iam roles update",
            UpdateAsync, RoleName, Add, Remove, Title, Description, OfDeployment),
        Commands.Make("delete", "Delete a custom role: bindings of it confer nothing any more.",
            ["keyward role delete rotator"], "gcloud iam roles delete",
            async s => s.Output.Write(await s.Server.Roles.DeleteRoleAsync(
                new DeleteRoleRequest { Name = Name(s) }, cancellationToken: s.Cancellation)), RoleName, OfDeployment));

    private static async Task UpdateAsync(Session session)
    {
        var request = new UpdateRoleRequest
        {
            Name = Name(session),
            AddPermissions = { Split(session.Get(Add)) },
            RemovePermissions = { Split(session.Get(Remove)) },
        };
        if (session.Get(Title) is { } title) request.Title = title;
        if (session.Get(Description) is { } description) request.Description = description;
        session.Output.Write(await session.Server.Roles.UpdateRoleAsync(
            request, cancellationToken: session.Cancellation));
    }

    private static string Parent(Session session) =>
        session.Get(OfDeployment) ? "deployment" : "projects/" + session.Settings.Project;

    private static string Name(Session session)
    {
        var name = session.Get(RoleName);
        return name.Contains('/', StringComparison.Ordinal) ? name : $"{Parent(session)}/roles/{name}";
    }

    private static IEnumerable<string> Split(string[]? texts) =>
        (texts ?? []).SelectMany(t => t.Split(',', StringSplitOptions.RemoveEmptyEntries));

    private static Option<string[]> Many(string name, string description) => new(name)
    {
        HelpName = "PERMISSION,…", Description = description, AllowMultipleArgumentsPerToken = true,
    };
}
