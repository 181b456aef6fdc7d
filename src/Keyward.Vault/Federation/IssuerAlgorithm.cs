using System.Security.Cryptography;

namespace Keyward.Vault.Federation;

/// <summary>A signature algorithm of RFC 7518 §3 that an issuer may use: asymmetric ones only. Elliptic ones name
/// their curve.</summary>
internal sealed record IssuerAlgorithm(
    string Name, HashAlgorithmName Hash, RSASignaturePadding? Padding, string? Curve)
{
    public static readonly IReadOnlyList<IssuerAlgorithm> All =
    [
        new("RS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1, null),
        new("RS384", HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1, null),
        new("RS512", HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1, null),
        new("PS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pss, null),
        new("PS384", HashAlgorithmName.SHA384, RSASignaturePadding.Pss, null),
        new("PS512", HashAlgorithmName.SHA512, RSASignaturePadding.Pss, null),
        new("ES256", HashAlgorithmName.SHA256, null, "P-256"),
        new("ES384", HashAlgorithmName.SHA384, null, "P-384"),
        new("ES512", HashAlgorithmName.SHA512, null, "P-521"),
    ];

    public static IssuerAlgorithm? Find(string? name) => All.FirstOrDefault(a => a.Name == name);
}
