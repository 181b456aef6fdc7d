using Keyward.Vault.Gate;
using Keyward.Vault.Names;

namespace Keyward.Doors.Admin;

/// <summary>Whose something is: a project's, the deployment's, or everybody's.</summary>
internal static class Parents
{
    public static readonly Refusal NoProject = new(RefusalReason.InvalidArgument,
        "The parent has the form projects/P.");

    private static readonly Refusal NeitherProjectNorAll = new(RefusalReason.InvalidArgument,
        "The parent has the form projects/P, or is empty.");

    private static readonly Refusal Bad = new(RefusalReason.InvalidArgument,
        "The parent has the form projects/P, or is deployment.");

    public static Outcome<ProjectId?> Parse(string parent)
    {
        if (parent == "deployment") return (ProjectId?)null;
        return ProjectsDoor.TryParse(parent, out var project) ? (ProjectId?)project : Bad;
    }

    /// <summary>Null, for all projects, where it is empty.</summary>
    public static Outcome<ProjectId?> ParseOrAll(string parent)
    {
        if (parent.Length == 0) return (ProjectId?)null;
        return ProjectsDoor.TryParse(parent, out var project) ? (ProjectId?)project : NeitherProjectNorAll;
    }
}
