using Keyward.Vault.Gate;
using Keyward.Vault.Names;

namespace Keyward.Doors.Admin;

/// <summary>Whose something is: a project's, or the deployment's.</summary>
internal static class Parents
{
    private static readonly Refusal Bad = new(RefusalReason.InvalidArgument,
        "The parent has the form projects/P, or is deployment.");

    public static Outcome<ProjectId?> Parse(string parent)
    {
        if (parent == "deployment") return (ProjectId?)null;
        return ProjectsDoor.TryParse(parent, out var project) ? (ProjectId?)project : Bad;
    }
}
