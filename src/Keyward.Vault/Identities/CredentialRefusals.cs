using Keyward.Vault.Gate;

namespace Keyward.Vault.Identities;

/// <summary>What a door answers where it has nobody to bring to the gate.</summary>
public static class CredentialRefusals
{
    /// <summary>No credential was shown at all, or in no form that the door knows.</summary>
    public static readonly Refusal Missing = new(RefusalReason.Unauthenticated,
        "Request is missing required authentication credential. Expected a bearer token in the Authorization header.");

    /// <summary>One sentence for a credential that is unknown, wrong, expired or revoked.</summary>
    public static readonly Refusal NotGood = new(RefusalReason.Unauthenticated,
        "Request had invalid authentication credentials. Expected an OAuth 2 access token, or a JWT signed by a " +
        "service account's key of this deployment.");
}
