using System.CommandLine;
using Keyward.Protos.V1;

namespace Keyward.Cli;

internal static class GroupCommands
{
    private static readonly Argument<string> GroupName = Commands.Name("name",
        "1 to 30 lower-case letters, digits and hyphens.");

    private static readonly Argument<string> Email = Commands.Name("email", "The group's e-mail.");

    private static readonly Option<string[]> Member = new("--member")
    {
        HelpName = "MEMBER", Description = "serviceAccount:EMAIL, or another member; repeatable.",
    };

    private static readonly Option<string?> Description = Commands.Text("--description", "TEXT", "Who they are.");

    private static readonly Option<bool> OfDeployment = Commands.Flag("--deployment",
        "A group of the deployment's, of no project.");

    public static Command Build() => Commands.Group("group", "Groups: principals whom policies name together.",
        Commands.Make("create", "Make a group.",
            ["keyward group create operators --member serviceAccount:EMAIL"], "gcloud identity groups create",
            async s => s.Output.Write(await s.Server.Groups.CreateGroupAsync(new CreateGroupRequest
            {
                Parent = Parent(s), Name = s.Get(GroupName), Description = s.Get(Description) ?? "",
                Members = { s.Get(Member) ?? [] },
            }, cancellationToken: s.Cancellation)), GroupName, Member, Description, OfDeployment),
        Commands.Make("list", "List the groups of a project.", ["keyward group list"],
            "gcloud identity groups search", async s => s.Output.WriteList(
                (await s.Server.Groups.ListGroupsAsync(new ListGroupsRequest { Parent = Parent(s) },
                    cancellationToken: s.Cancellation)).Groups, "", "email", "members"), OfDeployment),
        Commands.Make("describe", "Show a group and its members.", ["keyward group describe EMAIL"],
            "gcloud identity groups describe", async s => s.Output.Write(await s.Server.Groups.GetGroupAsync(
                new GetGroupRequest { Email = s.Get(Email) }, cancellationToken: s.Cancellation)), Email),
        Commands.Make("add-member", "Take somebody into a group.",
            ["keyward group add-member EMAIL --member serviceAccount:EMAIL"],
            "gcloud identity groups memberships add", s => UpdateAsync(s, isAdded: true), Email, Member),
        Commands.Make("remove-member", "Take somebody out of a group.",
            ["keyward group remove-member EMAIL --member serviceAccount:EMAIL"],
            "gcloud identity groups memberships delete", s => UpdateAsync(s, isAdded: false), Email, Member),
        Commands.Make("delete", "Delete a group: policies that name it name nobody.",
            ["keyward group delete EMAIL"], "gcloud identity groups delete",
            async s => s.Output.Write(await s.Server.Groups.DeleteGroupAsync(
                new DeleteGroupRequest { Email = s.Get(Email) }, cancellationToken: s.Cancellation)), Email));

    private static async Task UpdateAsync(Session session, bool isAdded)
    {
        var members = session.Get(Member) ?? [];
        if (members.Length == 0) throw new UsageException("--member is missing.");
        var request = new UpdateGroupRequest { Email = session.Get(Email) };
        (isAdded ? request.AddMembers : request.RemoveMembers).AddRange(members);
        session.Output.Write(await session.Server.Groups.UpdateGroupAsync(
            request, cancellationToken: session.Cancellation));
    }

    private static string Parent(Session session) =>
        session.Get(OfDeployment) ? "deployment" : "projects/" + session.Settings.Project;
}
