using System.Collections.Frozen;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Grants;

/// <summary>What a grant can hand on: a set of rights, each with the name that all doors and stored rows use. Names and
/// choice are AWS KMS's (GrantOperation); <c>Decapsulate</c> is ours, for keys that AWS does not have.</summary>
public readonly record struct GrantOperations
{
    private static readonly (string Name, Permission Permission)[] Table =
    [
        ("Decrypt", Permission.VersionsUseToDecrypt),
        ("Encrypt", Permission.VersionsUseToEncrypt),
        ("GenerateDataKey", Permission.VersionsUseToGenerateDataKey),
        ("GenerateDataKeyWithoutPlaintext", Permission.VersionsUseToGenerateDataKeyWithoutPlaintext),
        ("ReEncryptFrom", Permission.VersionsUseToReEncryptFrom),
        ("ReEncryptTo", Permission.VersionsUseToReEncryptTo),
        ("Sign", Permission.VersionsUseToSign),
        ("Verify", Permission.VersionsUseToVerify),
        ("GetPublicKey", Permission.VersionsViewPublicKey),
        ("CreateGrant", Permission.GrantsCreate),
        ("RetireGrant", Permission.GrantsRetire),
        ("DescribeKey", Permission.CryptoKeysGet),
        ("GenerateDataKeyPair", Permission.VersionsUseToGenerateDataKeyPair),
        ("GenerateDataKeyPairWithoutPlaintext", Permission.VersionsUseToGenerateDataKeyPairWithoutPlaintext),
        ("GenerateMac", Permission.VersionsUseToGenerateMac),
        ("VerifyMac", Permission.VersionsUseToVerifyMac),
        ("DeriveSharedSecret", Permission.VersionsUseToDeriveSharedSecret),
        ("Decapsulate", Permission.VersionsUseToDecapsulate),
    ];

    private static readonly Permission[] Both =
    [
        Permission.VersionsUseToEncrypt, Permission.VersionsUseToDecrypt, Permission.VersionsUseToReEncryptFrom,
        Permission.VersionsUseToReEncryptTo,
    ];

    private static readonly Permission[] Symmetric =
    [
        Permission.VersionsUseToGenerateDataKey, Permission.VersionsUseToGenerateDataKeyWithoutPlaintext,
        Permission.VersionsUseToGenerateDataKeyPair, Permission.VersionsUseToGenerateDataKeyPairWithoutPlaintext,
    ];

    private static readonly FrozenDictionary<string, Permission> ByName =
        Table.ToFrozenDictionary(t => t.Name, t => t.Permission, StringComparer.Ordinal);

    private readonly UInt128 _mask;

    private GrantOperations(UInt128 mask) => _mask = mask;

    public static IEnumerable<string> AllNames => Table.Select(t => t.Name);

    public bool IsEmpty => _mask == 0;

    /// <summary>In the order of the table, each once.</summary>
    public IEnumerable<string> Names
    {
        get
        {
            var mask = _mask;
            return Table.Where(t => (mask & Bit(t.Permission)) != 0).Select(t => t.Name);
        }
    }

    public IEnumerable<Permission> Permissions
    {
        get
        {
            var mask = _mask;
            return Table.Select(t => t.Permission).Where(p => (mask & Bit(p)) != 0);
        }
    }

    public static bool TryParse(IEnumerable<string> names, out GrantOperations operations)
    {
        var mask = UInt128.Zero;
        foreach (var name in names)
        {
            if (!ByName.TryGetValue(name, out var permission))
            {
                operations = default;
                return false;
            }

            mask |= Bit(permission);
        }

        operations = new GrantOperations(mask);
        return true;
    }

    public bool Contains(Permission permission) => (_mask & Bit(permission)) != 0;

    public bool IsWithin(GrantOperations other) => (_mask & ~other._mask) == 0;

    public GrantOperations With(GrantOperations other) => new(_mask | other._mask);

    /// <summary>Whether a key of this purpose can do all of them: who grants what cannot be done has mistaken the
    /// key.</summary>
    internal bool Fit(Purpose purpose) => (_mask & ~FitMask(purpose)) == 0;

    private static UInt128 FitMask(Purpose purpose)
    {
        UInt128 mask = Bit(Permission.GrantsCreate) | Bit(Permission.GrantsRetire) | Bit(Permission.CryptoKeysGet);
        Permission[] own = purpose switch
        {
            Purpose.EncryptDecrypt => [.. Symmetric, .. Both],
            Purpose.RawEncryptDecrypt => [Permission.VersionsUseToEncrypt, Permission.VersionsUseToDecrypt],
            Purpose.AsymmetricDecrypt => [.. Both, Permission.VersionsViewPublicKey],
            Purpose.AsymmetricSign =>
                [Permission.VersionsUseToSign, Permission.VersionsUseToVerify, Permission.VersionsViewPublicKey],
            Purpose.Mac => [Permission.VersionsUseToGenerateMac, Permission.VersionsUseToVerifyMac],
            Purpose.KeyEncapsulation => [Permission.VersionsUseToDecapsulate, Permission.VersionsViewPublicKey],
            Purpose.KeyAgreement => [Permission.VersionsUseToDeriveSharedSecret, Permission.VersionsViewPublicKey],
            Purpose.Unspecified => [],
        };
        foreach (var permission in own) mask |= Bit(permission);
        return mask;
    }

    private static UInt128 Bit(Permission permission) => UInt128.One << (int)permission;

    public override string ToString() => string.Join(',', Names);
}
