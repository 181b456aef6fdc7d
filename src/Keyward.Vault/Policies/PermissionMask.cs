namespace Keyward.Vault.Policies;

/// <summary>A set of permissions, one bit each.</summary>
internal readonly record struct PermissionMask
{
    /// <summary>Room for twice as many permissions as there are.</summary>
    public const int MaximumPermissions = 256;

    private readonly UInt128 _low;
    private readonly UInt128 _high;

    private PermissionMask(UInt128 low, UInt128 high) => (_low, _high) = (low, high);

    public static PermissionMask None => default;

    public static PermissionMask All => new(UInt128.MaxValue, UInt128.MaxValue);

    public bool IsEmpty => (_low | _high) == 0;

    public static PermissionMask Of(Permission permission) => (int)permission < 128
        ? new PermissionMask(UInt128.One << (int)permission, 0)
        : new PermissionMask(0, UInt128.One << ((int)permission - 128));

    public bool Contains(Permission permission) => (int)permission < 128
        ? ((_low >> (int)permission) & 1) != 0
        : ((_high >> ((int)permission - 128)) & 1) != 0;

    public static PermissionMask operator |(PermissionMask left, PermissionMask right) =>
        new(left._low | right._low, left._high | right._high);

    /// <summary>What is in the left and not in the right.</summary>
    public static PermissionMask operator -(PermissionMask left, PermissionMask right) =>
        new(left._low & ~right._low, left._high & ~right._high);
}
