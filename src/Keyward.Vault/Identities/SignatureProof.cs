namespace Keyward.Vault.Identities;

/// <summary>A request that was signed with an access key's secret, unjudged. The key of the MAC is derived from the
/// secret: HMAC-SHA-256 of each step in turn, beginning with prefix ‖ secret. What was signed, and that it is this
/// request, is the door's to say.</summary>
/// <param name="KeyId">The access key's public id.</param>
/// <param name="Prefix">What stands before the secret.</param>
/// <param name="Steps">The steps of the derivation; the same for a whole day of requests.</param>
/// <param name="Signed">The bytes under the MAC.</param>
/// <param name="Mac">The MAC that was shown.</param>
/// <param name="Time">When the request says it was signed.</param>
/// <param name="SessionToken">The token that belongs to a temporary access key.</param>
public sealed record SignatureProof(
    string KeyId, string Prefix, string[] Steps, byte[] Signed, byte[] Mac, DateTimeOffset Time,
    string? SessionToken)
{
    public override string ToString() => $"SignatureProof {KeyId}";
}
