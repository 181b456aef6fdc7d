using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Identities;

/// <summary>Accounts are named by e-mail; the right to them is held on the project that the e-mail names.</summary>
internal static class AccountDemand
{
    public static Demand On(Permission permission, string email) =>
        ProjectOf(email) is { } project
            ? Demand.On(permission, project, NameOf(email))
            : Demand.OnDeployment(permission);

    public static string NameOf(string email) => "serviceAccounts/" + email;

    public static ProjectId? ProjectOf(string email)
    {
        var at = email.IndexOf('@', StringComparison.Ordinal);
        if (at < 0) return null;
        var end = email.IndexOf('.', at);
        return end > at && ProjectId.TryParse(email[(at + 1)..end], out var project) ? project : null;
    }
}
