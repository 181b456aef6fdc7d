using Keyward.Vault.Gate;

namespace Keyward.Vault.Federation;

/// <summary>Whom an issuer vouches for, and until when.</summary>
/// <param name="Issuer">The token's <c>iss</c>.</param>
/// <param name="Audience">The one of its audiences that is ours.</param>
public sealed record ExchangedCaller(Caller Caller, DateTimeOffset Expires, string Issuer, string Audience);

/// <summary>A token of somebody else, shown to be exchanged for one of ours, unjudged.</summary>
/// <param name="Audience">Which issuer it is said to be of, in Google's form; null to go by what the token
/// says.</param>
public sealed record FederatedProof(string Token, string? Audience)
{
    public override string ToString() => $"FederatedProof for {Audience ?? "its issuer"}";
}
