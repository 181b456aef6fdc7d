using Keyward.Vault.KeyUse;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Grants;

/// <summary>How a grant is tied to contexts. Numbers are stored.</summary>
public enum ConstraintKind
{
    Unspecified = 0,

    /// <summary>The request's context contains these pairs.</summary>
    Subset = 1,

    /// <summary>The request's context is exactly these pairs.</summary>
    Equals = 2,
}

/// <summary>A condition on the context under which a grant counts. Names and values are compared byte by byte: AWS's
/// documents disagree on the case of names, and the exact comparison never allows more.</summary>
public sealed record GrantConstraint(ConstraintKind Kind, Context Pairs)
{
    /// <summary>AWS's limits (CreateGrant, Constraints).</summary>
    public const int MaximumPairs = 8;

    public const int MaximumValuesLength = 384;

    /// <summary>Whether it speaks of an operation at all: only what takes a context is held to it, and the handing on
    /// of the right, which is judged by comparing constraints.</summary>
    internal static bool AppliesTo(Permission permission) => permission is Permission.VersionsUseToEncrypt
        or Permission.VersionsUseToDecrypt or Permission.VersionsUseToGenerateDataKey
        or Permission.VersionsUseToGenerateDataKeyWithoutPlaintext or Permission.VersionsUseToGenerateDataKeyPair
        or Permission.VersionsUseToGenerateDataKeyPairWithoutPlaintext or Permission.VersionsUseToReEncryptFrom
        or Permission.VersionsUseToReEncryptTo;

    /// <summary>An opaque context holds no pairs: it meets no constraint.</summary>
    internal bool Holds(Context context) => Kind switch
    {
        ConstraintKind.Subset => context.ContainsPairs(Pairs),
        ConstraintKind.Equals => context.Encoded.SequenceEqual(Pairs.Encoded),
        ConstraintKind.Unspecified => false,
    };

    /// <summary>Whether every context that meets this one meets the other.</summary>
    internal bool IsAtLeastAsStrictAs(GrantConstraint other) => other.Kind switch
    {
        ConstraintKind.Subset => Pairs.ContainsPairs(other.Pairs),
        ConstraintKind.Equals => Kind == ConstraintKind.Equals && Pairs.Encoded.SequenceEqual(other.Pairs.Encoded),
        ConstraintKind.Unspecified => false,
    };

    public bool Equals(GrantConstraint? other) =>
        other is not null && Kind == other.Kind && Pairs.Encoded.SequenceEqual(other.Pairs.Encoded);

    public override int GetHashCode() => HashCode.Combine(Kind, Pairs.Encoded.Length);
}
