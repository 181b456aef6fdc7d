using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Groups;

/// <summary>Groups are named by e-mail; the right to them is held on the project that the e-mail names, or on the
/// deployment.</summary>
internal static class GroupNames
{
    private const string Suffix = ".groups.keyward.internal";

    public static string Of(string email) => "groups/" + email;

    public static bool IsValidName(string name) => Identities.ServiceAccounts.IsValidName(name);

    public static Demand On(Permission permission, string email) =>
        ProjectOf(email) is { } project
            ? Demand.On(permission, project, Of(email))
            : Demand.OnDeployment(permission, Of(email));

    public static Demand On(Permission permission, ProjectId? project, string resource) => project is { } id
        ? Demand.On(permission, id, resource)
        : Demand.OnDeployment(permission, resource);

    public static Refusal NotFound(string email) =>
        new(RefusalReason.NotFound, $"Group {email} not found.", Of(email));

    private static ProjectId? ProjectOf(string email)
    {
        var at = email.IndexOf('@', StringComparison.Ordinal);
        if (at < 0 || !email.EndsWith(Suffix, StringComparison.Ordinal)) return null;
        return email[(at + 1)..^Suffix.Length].Split('.') is [var id, _] && ProjectId.TryParse(id, out var project)
            ? project
            : null;
    }
}
