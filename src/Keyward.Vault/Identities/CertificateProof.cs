namespace Keyward.Vault.Identities;

/// <summary>The client certificate of the TLS connection that a request came by, unjudged: that the caller holds its
/// key is what the handshake has shown, and nothing else.</summary>
public sealed record CertificateProof(ReadOnlyMemory<byte> Certificate)
{
    public override string ToString() => "CertificateProof";
}
