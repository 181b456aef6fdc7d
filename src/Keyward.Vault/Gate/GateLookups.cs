using Keyward.Vault.Identities;
using Keyward.Vault.Names;

namespace Keyward.Vault.Gate;

/// <summary>What doors look up before they can ask: no operations, and nothing of it says what anybody may do. Null
/// where there is no such thing, and while the vault is closed.</summary>
public static class GateLookups
{
    /// <summary>The e-mail of the account that a name of either vendor's means.</summary>
    public static string? EmailOf(this Gate gate, string principal) => gate.Vault is { } vault
        && PrincipalName.Find(vault.Snapshot, principal) is { } member
        && member.StartsWith(PrincipalName.AccountPrefix, StringComparison.Ordinal)
            ? member[PrincipalName.AccountPrefix.Length..] : null;

    /// <summary>The account number of a project.</summary>
    public static string? AccountOf(this Gate gate, ProjectId project) =>
        gate.Vault?.Snapshot.Find(project)?.Project.Account;

    /// <summary>The public keys by which signatures of an account are verified, or of the deployment where there is
    /// no e-mail. They are public: nobody is asked who they are.</summary>
    public static IReadOnlyList<TokenKey>? TokenKeysOf(this Gate gate, string? email) => gate.Vault is { } vault
        ? TokenKeys.PublishedOf(vault.Snapshot, email ?? TokenKeys.DeploymentOwner, gate.Now) : null;
}
