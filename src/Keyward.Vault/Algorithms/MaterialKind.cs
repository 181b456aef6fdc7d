namespace Keyward.Vault.Algorithms;

/// <summary>What a version's secret is, whatever is done with it; docs/reference/format.md says how each is
/// kept.</summary>
public enum MaterialKind
{
    Unspecified = 0,

    /// <summary>Raw bytes: AES and HMAC keys.</summary>
    Symmetric = 1,
    Rsa = 2,
    EcP256 = 3,
    EcP384 = 4,
    EcP521 = 5,
    EcSecp256k1 = 6,
    Ed25519 = 7,
    MlDsa44 = 8,
    MlDsa65 = 9,
    MlDsa87 = 10,
    SlhDsaSha2Of128s = 11,
    MlKem768 = 12,
    MlKem1024 = 13,
    XWing = 14,
}
