using Keyward.Vault.Identities;

namespace Keyward.Vault.Gate;

/// <summary>What doors may ask without an operation: names, and keys that are public.</summary>
public sealed partial class Gate
{
    /// <summary>The key that a reference leads to. A look-up, no operation: the door passes one with the name, or
    /// hands the refusal to <see cref="RefuseAsync"/>.</summary>
    public Outcome<Names.FoundKey> Find(Caller caller, in Names.KeyReference reference) => _opened is { } opened
        ? Keys.KeyLookup.Find(opened.Vault.Snapshot, caller, reference, _time.GetUtcNow())
        : NotServing();

    /// <summary>The e-mail of the account that a name of either vendor's means; null where there is none. What may be
    /// done with it is judged by the operation.</summary>
    public string? EmailOf(string principal) => _opened is { } opened
        && PrincipalName.Find(opened.Vault.Snapshot, principal) is { } member
        && member.StartsWith(PrincipalName.AccountPrefix, StringComparison.Ordinal)
            ? member[PrincipalName.AccountPrefix.Length..] : null;

    /// <summary>The account number of a project.</summary>
    public string? AccountOf(Names.ProjectId project) => _opened?.Vault.Snapshot.Find(project)?.Project.Account;

    /// <summary>The public keys by which signatures of an account are verified, or of the deployment where there is
    /// no e-mail; null while the vault is closed. They are public: nobody is asked who they are.</summary>
    public IReadOnlyList<TokenKey>? TokenKeysOf(string? email) => _opened is { } opened
        ? TokenKeys.PublishedOf(opened.Vault.Snapshot, email ?? TokenKeys.DeploymentOwner, Now) : null;
}
