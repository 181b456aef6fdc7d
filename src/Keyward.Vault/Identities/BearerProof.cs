namespace Keyward.Vault.Identities;

/// <summary>Where a bearer token was shown: at a door, or to the token endpoint as an assertion.</summary>
public enum ProofUse
{
    Unspecified = 0,
    Door = 1,
    TokenEndpoint = 2,
}

/// <summary>A token as it came, unjudged.</summary>
public sealed record BearerProof(string Token, ProofUse Use)
{
    public override string ToString() => $"BearerProof {Use}";
}
