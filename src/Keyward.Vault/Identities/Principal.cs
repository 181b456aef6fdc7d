using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>Whether a principal or credential counts. Numbers are stored; revoked is final.</summary>
public enum StandingState
{
    Unspecified = 0,
    Active = 1,
    Disabled = 2,
    Revoked = 3,
}

/// <summary>A service account. Its e-mail is <c>NAME@PROJECT.DEPLOYMENT.keyward.internal</c>: the deployment's id
/// stands
/// in it, so an account of one deployment is never one of another.</summary>
public sealed record ServiceAccount(
    string Email, ProjectId Project, string Name, string UniqueId, StandingState State, DateTimeOffset CreateTime)
{
    /// <summary>The account's own policies, in AWS's language.</summary>
    internal IdentityPolicies Policies { get; init; } = IdentityPolicies.None;

    internal long Seq { get; init; }

    internal Cell[] ToCells() =>
        [Email, Project.Value, Name, UniqueId, (long)State, Micros.Of(CreateTime), Policies.ToText()];

    internal static ServiceAccount Parse(Row row)
    {
        var cells = new RowReader(row);
        return new ServiceAccount(cells.Text(), cells.Project(), cells.Text(), cells.Text(),
            (StandingState)cells.Int32(), cells.Time())
        {
            Policies = IdentityPolicies.Parse(cells.TextOrNull()), Seq = row.Seq,
        };
    }
}
