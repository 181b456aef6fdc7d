using System.Collections.Immutable;

namespace Keyward.Vault.Algorithms;

/// <summary>One algorithm: its purpose, its material, the schemes that its versions may be used with, and the labels
/// under which it is sealed and measured. The first scheme is the one meant where a door lets its caller name
/// none.</summary>
/// <param name="SizeBits">Length of a symmetric key or of an RSA modulus; 0 where the kind says all.</param>
/// <param name="SealLabel">Bound into sealed values: never changed.</param>
/// <param name="IsSlow">Its secret operations take long enough to hold up others (docs/reference/algorithms.md), so
/// they run in a lane of their own.</param>
public sealed record AlgorithmRow(Algorithm Algorithm, Purpose Purpose, MaterialKind Material, int SizeBits,
    string SealLabel, string Family, bool IsSlow, ImmutableArray<Scheme> Schemes)
{
    public Scheme Scheme => Schemes[0];

    public bool HasPublicKey => Material != MaterialKind.Symmetric;

    public int SizeBytes => SizeBits / 8;

    public bool Has(Scheme scheme) => Schemes.Contains(scheme);
}
