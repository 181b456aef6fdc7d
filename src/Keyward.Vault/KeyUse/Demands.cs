using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>Rights to use a key whose version may be named or not.</summary>
internal static class Demands
{
    public static Demand On(Permission permission, KeyName key, int? version) => version is { } number
        ? Demand.On(permission, new VersionName(key, number))
        : Demand.On(permission, key);
}
