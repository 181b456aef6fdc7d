using Keyward.Vault.KeyUse;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Grants;

/// <summary>What a grant that is to be made shows to conditions.</summary>
internal sealed class GrantAttributes(
    string grantee, string? retiring, GrantOperations operations, GrantConstraint? constraint) : IRequestAttributes
{
    public GrantAttributes(CreateGrant asked)
        : this(asked.Grantee, asked.RetiringPrincipal, asked.Operations, asked.Constraint)
    {
    }

    public GrantAttributes(Grant grant)
        : this(grant.Grantee, grant.RetiringPrincipal, grant.Operations, grant.Constraint)
    {
    }

    public object? Find(string name, Snapshot snapshot) => name switch
    {
        AttributeNames.Grantee => grantee,
        AttributeNames.RetiringPrincipal => retiring,
        AttributeNames.GrantOperations => operations.Names.ToArray(),
        AttributeNames.GrantConstraint => constraint?.Kind switch
        {
            ConstraintKind.Equals => "EncryptionContextEquals",
            ConstraintKind.Subset => "EncryptionContextSubset",
            ConstraintKind.Unspecified or null => null,
        },
        AttributeNames.Context => constraint?.Pairs.Pairs().ToDictionary(),
        AttributeNames.BoundContext => constraint?.Pairs ?? Context.None,
        _ => null,
    };
}
